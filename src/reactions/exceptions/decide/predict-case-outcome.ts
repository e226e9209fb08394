import type { Tenant } from '../../../kernel/tenant.ts';
import { withTenant } from '../../../platform/database/database.ts';
import { viewShipment } from '../../../tracking/ports/shipments.ts';
import { isCausedByRequest } from '../cases/active.ts';
import { loadCaseHistory, observedOf } from '../cases/case-details.ts';
import type { ExceptionsDeps } from '../deps.ts';
import { ownPolicy } from '../policy/own-policy.ts';
import { attemptsOf } from './attempts.ts';
import { isToGoBack } from './decide.ts';

/** The expected outcome of a failed attempt or an exception, for notifications about it. */
export interface Foresight {
  /** Whether the parcel is sent back because of it: nobody can arrange another visit then. */
  readonly goesBack: boolean;
  /** Whether it is the effect of somebody's request, and so no trouble. */
  readonly requested: boolean;
}

/** Predicts what the rules will make of the shipment's current state. */
export async function predictCaseOutcome(
  deps: ExceptionsDeps,
  tenant: Tenant,
  shipmentId: string,
): Promise<Foresight> {
  const { tracking } = deps;
  const view = await viewShipment(tracking, tenant, shipmentId);
  if (view === null) return { goesBack: false, requested: false };
  const { policy } = await ownPolicy(deps, tenant);
  const { cases, standing } = await withTenant(tracking.db.app, tenant, (tx) =>
    loadCaseHistory(tx, shipmentId),
  );
  const observed = observedOf(view);
  const attempts = attemptsOf(observed.events);
  const before = cases.findLast(({ is }) => is.kind === 'attempts')?.is;
  // Once a return is commanded, the status shows it. A case that a person closed is left to people.
  const isOurs =
    before === undefined || (before.returnCommandedAtMs === null && before.closedHow !== 'person');
  return {
    goesBack: isOurs && isToGoBack(observed, attempts, standing, policy),
    requested: isCausedByRequest(observed.reason, attempts, standing, tracking.clock.nowMs()),
  };
}
