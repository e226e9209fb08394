import type { CarrierAdapter } from '../adapters/contract/contract.ts';
import type { Accounts } from '../intake/index.ts';
import type { Tenant } from '../kernel/tenant.ts';
import type { Clock } from '../platform/clock.ts';
import { type Database, withTenant, withTransaction } from '../platform/database/database.ts';
import { ensureState, readState } from './accounts/state.sql.ts';
import type { PauseState } from './accounts/state.ts';
import { debitCall } from './budget/debit-call.ts';
import { limitsOf } from './budget/limits.ts';
import { bridgedTarget, type PolledNumber } from './due/explain-polling.ts';
import { planTarget } from './due/plan-target.ts';
import type { Plans } from './due/plans.ts';
import type { PollTarget } from './due/target.ts';
import { saveTargets, targetByNumber, targetsForUpdate } from './due/targets.sql.ts';

export type RefreshOutcome =
  | { readonly outcome: 'queued'; readonly nextPollAtMs: number }
  /** It was polled so recently that another poll would bring nothing new. */
  | { readonly outcome: 'fresh'; readonly lastPolledAtMs: number; readonly retryAfterS: number }
  | { readonly outcome: 'no_account' }
  | { readonly outcome: 'no_budget'; readonly retryAfterS: number }
  /** The account cannot poll at present: the carrier limits or refuses it, or is down. */
  | {
      readonly outcome: 'paused';
      readonly state: PauseState;
      readonly reason: string;
      readonly untilMs: number;
      readonly retryAfterS: number;
    }
  | { readonly outcome: 'ended' };

export interface RefreshDeps {
  readonly db: Pick<Database, 'app' | 'pipeline'>;
  readonly clock: Clock;
  readonly accounts: Pick<Accounts, 'forPolling'>;
  readonly adapterOf: (carrier: string) => CarrierAdapter | undefined;
  readonly plans: Plans;
  /** Schedules a run of the account no later than `atMs`. */
  readonly wake: (accountId: string, atMs: number) => void;
}

/**
 * Puts a number before all scheduled ones, using the budget's reserve. Returns null if the tenant
 * has no such number.
 */
export async function requestRefresh(
  deps: RefreshDeps,
  tenant: Tenant,
  { carrier, trackingNumber }: PolledNumber,
): Promise<RefreshOutcome | null> {
  const own = await withTenant(deps.db.app, tenant, (tx) =>
    targetByNumber(tx, carrier, trackingNumber),
  );
  const isPolled = own !== null && (await deps.plans.accountOf(own)) !== null;
  const bridged = isPolled
    ? null
    : await bridgedTarget(deps.db, deps.plans, tenant, { carrier, trackingNumber });
  const found = bridged ?? own;
  if (found === null) return null;
  if (found.endedAtMs !== null) return { outcome: 'ended' };
  const nowMs = deps.clock.nowMs();
  const plan = await deps.plans.planOf(found);
  const pauseS = Math.max(plan.spend.floorS, plan.parcelPauseS ?? 0);
  const fresh = freshOrNull(found, nowMs, pauseS);
  if (fresh !== null) return fresh;
  const accountId = await deps.plans.accountOf(found);
  const account = accountId === null ? null : await deps.accounts.forPolling(accountId);
  const adapter = deps.adapterOf(found.carrier);
  if (account === null || adapter?.track === undefined) return { outcome: 'no_account' };
  const { pipeline } = deps.db;
  await ensureState(pipeline, account, nowMs);
  const trouble = (await readState(pipeline, account.id))?.trouble ?? null;
  if (trouble !== null && trouble.untilMs > nowMs) {
    const { state, reason, untilMs } = trouble;
    return { outcome: 'paused', state, reason, untilMs, retryAfterS: secondsUntil(untilMs, nowMs) };
  }
  const limits = limitsOf(adapter.manifest.limits, account.caps, account.environment);
  const budget = await debitCall(deps, account.id, limits, 'refresh', { dry: true });
  if (!budget.ok && budget.reason !== 'pace') {
    return { outcome: 'no_budget', retryAfterS: secondsUntil(budget.retryAtMs, nowMs) };
  }
  const target = await withTransaction(pipeline, async (tx) => {
    const [row] = await targetsForUpdate(tx, [found]);
    if (row === undefined || row.endedAtMs !== null) return null;
    const requested = { ...row, refreshRequestedAtMs: row.refreshRequestedAtMs ?? nowMs };
    const planned = planTarget(requested, nowMs, plan);
    if (planned.endedAtMs !== null) return null;
    await saveTargets(tx, [planned]);
    return planned;
  });
  if (target === null) return { outcome: 'ended' };
  deps.wake(account.id, nowMs);
  const startMs = budget.ok ? nowMs + budget.waitMs : budget.retryAtMs;
  return { outcome: 'queued', nextPollAtMs: isLeased(target, nowMs) ? nowMs : startMs };
}

function secondsUntil(atMs: number, nowMs: number): number {
  return Math.max(1, Math.ceil((atMs - nowMs) / 1_000));
}

/**
 * Returns the refusal of a refresh if the number was polled less than `floorS` ago; otherwise null.
 */
function freshOrNull(target: PollTarget, nowMs: number, pauseS: number): RefreshOutcome | null {
  const { lastPolledAtMs } = target;
  if (lastPolledAtMs === null) return null;
  const untilMs = lastPolledAtMs + pauseS * 1_000;
  if (untilMs <= nowMs) return null;
  return {
    outcome: 'fresh',
    lastPolledAtMs,
    retryAfterS: Math.ceil((untilMs - nowMs) / 1_000),
  };
}

/** Whether it is being polled at this moment. */
function isLeased({ leaseUntilMs }: PollTarget, nowMs: number): boolean {
  return leaseUntilMs !== null && leaseUntilMs > nowMs;
}
