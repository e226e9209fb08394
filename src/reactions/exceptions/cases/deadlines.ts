import type { Tenant } from '../../../kernel/tenant.ts';
import { type Loop, startLoop } from '../../../platform/work/loop.ts';
import { viewShipment } from '../../../tracking/ports/shipments.ts';
import { type ClaimRow, overdueClaims, saveClaim } from '../claims/claims.sql.ts';
import type { ExceptionsDeps } from '../deps.ts';
import { ownPolicy } from '../policy/own-policy.ts';
import { toTask } from '../requests/make-request.ts';
import {
  abandonedDeliveryRequests,
  type DeliveryRequestRow,
  resolveDeliveryRequest,
} from '../requests/requests.sql.ts';
import { ASKING_MS_MAX } from './case-details.ts';
import { overdueCases } from './cases.sql.ts';
import { changeCase, changeOfShipment } from './change-case.ts';

/** Deadlines are hours away, so checking every minute is precise enough. */
const CHECK_EVERY_MS = 60_000;
export const BATCH_MAX = 100;
/** The maximum number of passed deadlines per kind and check; the rest follows a minute later. */
const DUE_MAX = 1_000;

/** Announces passed deadlines until it is stopped; each once, with any number of processes. */
export function startDeadlines(deps: ExceptionsDeps): Loop {
  return startLoop({
    run: () => passDeadlines(deps),
    everyMs: CHECK_EVERY_MS,
    onFailure: (err) => deps.log.warn({ err }, 'case deadlines could not be checked'),
  });
}

/**
 * Processes what has passed by now, at most the limit of each kind; the rest follows at the next
 * check.
 */
export async function passDeadlines(deps: ExceptionsDeps): Promise<void> {
  const { clock, db } = deps.tracking;
  const nowMs = clock.nowMs();
  const requestedBeforeMs = nowMs - ASKING_MS_MAX;
  await eachDue(
    deps,
    (exceptIds) => overdueCases(db.pipeline, nowMs, BATCH_MAX, exceptIds),
    (exceptionCase) => announceOverdueCase(deps, exceptionCase, exceptionCase.id),
  );
  await eachDue(
    deps,
    (exceptIds) => overdueClaims(db.pipeline, nowMs, BATCH_MAX, exceptIds),
    (claim) => announceOverdueClaim(deps, claim, nowMs),
  );
  await eachDue(
    deps,
    (exceptIds) => abandonedDeliveryRequests(db.pipeline, requestedBeforeMs, BATCH_MAX, exceptIds),
    (deliveryRequest) => openAsTask(deps, deliveryRequest),
  );
}

/**
 * Handles each due item separately and once per check, so that a failing one does not block those
 * behind it.
 *
 * @param nextBatch returns the next batch, without the items that were already tried.
 */
async function eachDue<Due extends { readonly id: string }>(
  { log }: ExceptionsDeps,
  nextBatch: (but: readonly string[]) => Promise<readonly Due[]>,
  handle: (one: Due) => Promise<void>,
): Promise<void> {
  const triedIds: string[] = [];
  while (triedIds.length < DUE_MAX) {
    const batch = await nextBatch(triedIds);
    for (const one of batch) {
      triedIds.push(one.id);
      try {
        await handle(one);
      } catch (error) {
        const fields = { err: error, id: one.id };
        log.error(fields, 'a deadline could not be announced and will be tried again');
      }
    }
    if (batch.length < BATCH_MAX) return;
  }
}

/**
 * Turns a request without a carrier's answer into a task. Nobody knows whether the request reached
 * the carrier, so a person must check.
 */
async function openAsTask(deps: ExceptionsDeps, row: DeliveryRequestRow): Promise<void> {
  const { id, kind, merchantId, mode, shipmentId, actor } = row;
  const tenant: Tenant = { merchantId, mode };
  const view = await viewShipment(deps.tracking, tenant, shipmentId);
  if (view === null) {
    const { clock, db } = deps.tracking;
    await resolveDeliveryRequest(db.pipeline, id, ['asking'], {
      state: 'replaced',
      atMs: clock.nowMs(),
    });
    return;
  }
  const { policy } = await ownPolicy(deps, tenant);
  await changeOfShipment(deps, tenant, shipmentId, async (now) => {
    const { tx, nowMs: atMs } = now;
    // Another process may have handled it meanwhile, or the asking one has returned.
    if (!(await resolveDeliveryRequest(tx, id, ['asking'], { state: 'open', atMs }))) return null;
    const store = (caseId: string) =>
      resolveDeliveryRequest(tx, id, ['open'], { state: 'open', caseId, atMs });
    return toTask(deps, now, { view, policy, deliveryRequest: { kind }, actor }, store, {
      carrier_asked: true,
    });
  });
}

/** Marks a claim as overdue, unless it changed meanwhile. It is announced if its case is open. */
async function announceOverdueClaim(
  deps: ExceptionsDeps,
  claim: ClaimRow,
  nowMs: number,
): Promise<void> {
  await changeCase(deps, claim, claim.caseId, async ({ tx, exceptionCase, caseHistory }) => {
    const now = caseHistory.claims.find(({ id }) => id === claim.id);
    const passed = now?.state === claim.state && now.overdueAtMs === null;
    if (passed) await saveClaim(tx, { ...now, overdueAtMs: nowMs });
    const data = { claim_id: claim.id, state: claim.state };
    const line = { type: 'claim_overdue' as const, actor: 'hub' as const, data };
    return {
      exceptionCase,
      history: passed ? [line] : [],
      tell: passed && exceptionCase.state === 'open' ? 'updated' : null,
    };
  });
}

/**
 * Marks a case as overdue and announces it, unless that was done or its deadline changed meanwhile.
 */
async function announceOverdueCase(
  deps: ExceptionsDeps,
  tenant: Tenant,
  id: string,
): Promise<void> {
  await changeCase(deps, tenant, id, async ({ exceptionCase, nowMs }) => {
    const { state, overdueAtMs, openedAtMs, deadlineAtMs } = exceptionCase;
    const isPassed = deadlineAtMs !== null && deadlineAtMs <= nowMs;
    if (state !== 'open' || overdueAtMs !== null || !isPassed) {
      return { exceptionCase, history: [], tell: null };
    }
    return {
      exceptionCase: { ...exceptionCase, overdueAtMs: nowMs },
      history: [
        {
          type: 'deadline_passed',
          actor: 'hub',
          // It may be noticed late: the hub was down, or the demo's past has just been invented.
          // Who set it may have chosen a time before the case was opened.
          atMs: Math.max(deadlineAtMs, openedAtMs),
        },
      ],
      tell: 'updated',
    };
  });
}
