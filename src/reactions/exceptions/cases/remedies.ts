import type { Tenant } from '../../../kernel/tenant.ts';
import { registerLinked } from '../../../tracking/ports/shipments.ts';
import type { ExceptionsDeps } from '../deps.ts';
import { ownPolicy } from '../policy/own-policy.ts';
import { deadlineMs } from '../policy/policy.ts';
import { countEvents } from './case-events.sql.ts';
import { changeCase, findCase } from './change-case.ts';
import {
  type CaseOutcomeOf,
  type CaseRefusal,
  HISTORY_MAX,
  tooMany,
  type Worker,
} from './work-cases.ts';

/** Opens a closed case again, with a new deadline. From then on, only a person closes it. */
export async function reopenCase(
  deps: ExceptionsDeps,
  tenant: Tenant,
  caseId: string,
  by: Worker,
  note: string | null,
): Promise<CaseOutcomeOf> {
  const { policy } = await ownPolicy(deps, tenant);
  return changeCase<CaseRefusal>(deps, tenant, caseId, async (now) => {
    const { tx, exceptionCase: it, caseHistory, nowMs } = now;
    if (it.state === 'open') return { kind: 'open' };
    if ((await countEvents(tx, it.id)) >= HISTORY_MAX) return tooMany();
    const other = caseHistory.cases.find(
      ({ exceptionCase }) => exceptionCase.kind === it.kind && exceptionCase.state === 'open',
    );
    if (other !== undefined) return { kind: 'open_already', caseId: other.exceptionCase.id };
    return {
      exceptionCase: {
        ...it,
        state: 'open',
        openedBy: 'person',
        outcome: null,
        closedHow: null,
        closedAtMs: null,
        overdueAtMs: null,
        deadlineAtMs: deadlineMs(policy, it.kind, it.reason, nowMs),
      },
      history: [{ type: 'reopened', actor: by.actor, note }],
      tell: 'opened',
    };
  });
}

interface Refund {
  /** In the currency's smallest unit. */
  readonly amountMinor: number;
  /** ISO 4217. */
  readonly currency: string;
  readonly note: string | null;
}

/** Records that the merchant has refunded the buyer. The payment itself is made in the shop. */
export async function recordRefund(
  deps: ExceptionsDeps,
  tenant: Tenant,
  caseId: string,
  by: Worker,
  { amountMinor, currency, note }: Refund,
): Promise<CaseOutcomeOf> {
  return changeCase<CaseRefusal>(deps, tenant, caseId, async ({ tx, exceptionCase }) => {
    if ((await countEvents(tx, exceptionCase.id)) >= HISTORY_MAX) return tooMany();
    const data = { amount_minor: amountMinor, currency };
    return {
      exceptionCase,
      history: [{ type: 'refund_recorded', actor: by.actor, data, note }],
      tell: 'updated',
    };
  });
}

/** Links the parcel that returns the goods or replaces them, and tracks it under its own number. */
export async function nameParcel(
  deps: ExceptionsDeps,
  tenant: Tenant,
  caseId: string,
  by: Worker,
  kind: 'return' | 'replacement',
  parcel: { readonly carrier: string; readonly trackingNumber: string },
): Promise<CaseOutcomeOf> {
  const found = await findCase(deps, tenant, caseId);
  if (found === null) return { kind: 'not_found' };
  const linked = await registerLinked(deps.tracking, tenant, found.shipmentId, kind, parcel);
  if (linked === null) return { kind: 'not_found' };
  return changeCase<CaseRefusal>(deps, tenant, caseId, async ({ exceptionCase: now }) => ({
    exceptionCase: kind === 'return' ? { ...now, returnShipmentId: linked.id } : now,
    history: [{ type: `${kind}_named`, actor: by.actor, data: { shipment_id: linked.id } }],
    tell: 'updated',
  }));
}
