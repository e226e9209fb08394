import type { LoggedCase } from '../../../events/event.ts';
import type { Status } from '../../../kernel/status.ts';
import { iso } from '../../../tracking/index.ts';
import { optionsOf } from '../requests/options.ts';
import type { ExceptionCase } from './case.ts';

/** A case on the wire, without texts by people: the form in the log, webhooks and lists. */
export function caseJson(
  it: ExceptionCase,
  status: Status,
  addressProposed: boolean,
): LoggedCase & Readonly<Record<string, unknown>> {
  return {
    id: it.id,
    kind: it.kind,
    reason: it.reason,
    state: it.state,
    waiting_for: it.waitingFor,
    outcome: it.outcome,
    attempts: it.attempts,
    opened_at: iso(it.openedAtMs),
    deadline_at: iso(it.deadlineAtMs),
    overdue: it.overdueAtMs !== null,
    closed_at: iso(it.closedAtMs),
    closed_by: it.closedHow,
    return_shipment_id: it.returnShipmentId,
    options: optionsOf(it, status, addressProposed),
  };
}
