import type { Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { announceUpdates } from '../../../tracking/ports/predictions.ts';
import {
  commandShipment,
  type Shipment,
  type ShipmentView,
  viewShipment,
} from '../../../tracking/ports/shipments.ts';
import { loadCaseHistory, observedOf } from '../cases/case-details.ts';
import {
  type CaseChange,
  changeCase,
  closedCase,
  newCase,
  writeChange,
} from '../cases/change-case.ts';
import type { ExceptionsDeps } from '../deps.ts';
import { ownPolicy } from '../policy/own-policy.ts';
import { deadlineMs, type ExceptionPolicy } from '../policy/policy.ts';
import { decideCases, type Plan, type Step } from './decide.ts';

/**
 * The maximum number of steps: more than there are kinds of cases, each with its own log entry,
 * plus a few in between.
 */
const ROUNDS_MAX = 30;

/**
 * Updates a shipment's cases to what the rules derive from its current state. The result is the
 * same after missed, repeated or reordered events.
 */
export async function applyFacts(
  deps: ExceptionsDeps,
  tenant: Tenant,
  shipmentId: string,
): Promise<void> {
  const { policy } = await ownPolicy(deps, tenant);
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const view = await viewShipment(deps.tracking, tenant, shipmentId);
    if (view === null) return;
    const plan = await applyFirstStep(deps, tenant, view, policy);
    if (plan === 'again') continue;
    if (plan.sendBack === null) return;
    // The command causes an update of its own, after which there may be more to do.
    if (!(await sendBack(deps, tenant, shipmentId, plan.sendBack.id, plan.attempts))) return;
  }
  throw new Error('the cases of a shipment keep changing');
}

/**
 * Publishes one step. Returns `again` when there was one, or when the shipment has changed
 * meanwhile.
 */
async function applyFirstStep(
  deps: ExceptionsDeps,
  tenant: Tenant,
  view: ShipmentView,
  policy: ExceptionPolicy,
): Promise<Plan | 'again'> {
  const { tracking } = deps;
  let result: Plan | 'again' = 'again';
  await announceUpdates(tracking, tenant, view.shipment.id, async (tx, shipment) => {
    if (shipment.sequence !== view.shipment.sequence) return null;
    const nowMs = tracking.clock.nowMs();
    const { cases, standing } = await loadCaseHistory(tx, shipment.id);
    const custodyTrouble = (await deps.custodyTrouble?.(tx, shipment.id)) ?? null;
    const observed = { ...observedOf(view), custodyTrouble };
    const plan = decideCases(observed, cases, standing, policy, nowMs);
    for (const step of plan.steps) {
      const updates = await applyStep(deps, tx, { view, shipment, policy, nowMs }, plan, step);
      if (updates.length > 0) return updates;
    }
    result = plan;
    return null;
  });
  return result;
}

interface Applying {
  readonly view: ShipmentView;
  readonly shipment: Shipment;
  readonly policy: ExceptionPolicy;
  readonly nowMs: number;
}

/** Stores one step; returns the events to publish, none if it needs none. */
async function applyStep(
  deps: ExceptionsDeps,
  tx: Queryable,
  { view, shipment, policy, nowMs }: Applying,
  plan: Plan,
  step: Step,
) {
  const change = toCaseChange(deps, view, policy, plan, step, nowMs);
  return (await writeChange(deps, tx, shipment, change, nowMs)).updates;
}

/** Returns the change of a case for one step, with its history and the event to publish. */
function toCaseChange(
  deps: ExceptionsDeps,
  view: ShipmentView,
  policy: ExceptionPolicy,
  { attempts }: Plan,
  step: Step,
  nowMs: number,
): CaseChange {
  const actor = view.shipment.state.subStatus === 'stalled' ? 'hub' : 'carrier';
  const { status } = view.shipment.state;
  switch (step.do) {
    case 'open': {
      const { kind, reason, trigger } = step;
      const exceptionCase = newCase(deps, view, policy, {
        kind,
        reason,
        trigger,
        attempts,
        openedBy: 'facts',
      });
      const data = { status, reason, attempts };
      return {
        exceptionCase,
        isNew: true,
        history: [{ type: 'opened', actor, data }],
        tell: 'opened',
      };
    }
    case 'reopen': {
      const { it, reason, trigger } = step;
      const exceptionCase = {
        ...it,
        reason,
        trigger,
        attempts,
        state: 'open' as const,
        outcome: null,
        closedHow: null,
        closedAtMs: null,
        overdueAtMs: null,
        deadlineAtMs: deadlineMs(policy, it.kind, reason, nowMs),
      };
      const data = { status, reason, attempts };
      return { exceptionCase, history: [{ type: 'reopened', actor, data }], tell: 'opened' };
    }
    case 'update': {
      const { it, announced } = step;
      if (!announced) return { exceptionCase: it, history: [], tell: null };
      const data = { status, reason: it.reason, attempts };
      const type = it.kind === 'attempts' ? 'attempt_failed' : 'reason_changed';
      return { exceptionCase: it, history: [{ type, actor, data }], tell: 'updated' };
    }
    case 'close': {
      const { it, outcome, how } = step;
      const data = { status, outcome, how };
      return {
        exceptionCase: closedCase(it, outcome, how, nowMs),
        history: [{ type: 'closed', actor, data }],
        tell: 'resolved',
      };
    }
  }
}

/** The reason that a return shows if it was caused by our own command. */
const SENT_BACK_REASON = 'undeliverable';

/**
 * Commands the return of a parcel. Returns true when it was commanded and recorded; false when the
 * parcel has moved on: it may be sent back later.
 */
async function sendBack(
  deps: ExceptionsDeps,
  tenant: Tenant,
  shipmentId: string,
  caseId: string,
  attempts: number,
): Promise<boolean> {
  const outcome = await commandShipment(deps.tracking, tenant, shipmentId, {
    status: 'returning',
    subStatus: SENT_BACK_REASON,
    occurredAtMs: null,
    note: `after ${attempts} failed attempts`,
    apiKeyId: null,
  });
  if (outcome.kind !== 'done') {
    deps.log.info(
      { shipment_id: shipmentId, outcome: outcome.kind },
      'a parcel was not sent back after failed attempts: it has moved on',
    );
    return false;
  }
  await changeCase(deps, tenant, caseId, async ({ exceptionCase, nowMs }) => {
    // Another process gave the same command at the same time and has published it.
    if (exceptionCase.returnCommandedAtMs !== null)
      return { exceptionCase, history: [], tell: null };
    return {
      exceptionCase: { ...exceptionCase, returnCommandedAtMs: nowMs },
      history: [{ type: 'sent_back', actor: 'hub', data: { attempts } }],
      tell: 'updated',
    };
  });
  return true;
}
