import type { CarrierAdapter } from '../../adapters/contract/contract.ts';
import type { Accounts } from '../../intake/index.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Clock } from '../../platform/clock.ts';
import {
  type Database,
  type Transaction,
  withTenant,
  withTransaction,
} from '../../platform/database/database.ts';
import { monthOf, type Quota } from '../bridges/registration.ts';
import { readQuota } from '../bridges/registrations.sql.ts';
import { roomAtMs, usedCalls } from '../budget/ledger.sql.ts';
import { limitsOf } from '../budget/limits.ts';
import type { Plans } from '../due/plans.ts';
import type { TargetGroup } from '../due/target.ts';
import { COUNTED_MAX, countTargets, repollRefused, type TargetCounts } from '../due/targets.sql.ts';
import { retrySubscriptions } from '../push/subscriptions.sql.ts';
import { type ReportHealthDeps, reportHealth } from '../run/report-health.ts';
import { CLOSED } from './breaker.ts';
import {
  lockState,
  pushOfAccount,
  readState,
  saveBreaker,
  saveRefusals,
  saveSavings,
  saveTrouble,
} from './state.sql.ts';
import type { AccountState, HealthState } from './state.ts';

/** The state of one of a merchant's accounts, as the API shows it. Times are ISO 8601 in UTC. */
export interface AccountHealth {
  readonly state: HealthState;
  readonly since: string | null;
  readonly reason: string;
  readonly budget: readonly {
    readonly window: 'hour' | 'day';
    readonly limit: number;
    readonly used: number;
    /** When the oldest of the used calls stops counting. */
    readonly resets_at: string;
  }[];
  readonly push: {
    readonly state: 'healthy' | 'silent' | 'suspended' | 'none';
    readonly since: string | null;
    readonly subscriptions: number;
    /** Why requested pushes do not arrive, or none are requested; null if there is no problem. */
    readonly reason: string | null;
  };
  /** Of a bridge; absent before the first registration. */
  readonly registrations?: {
    /** In this calendar month (UTC). */
    readonly this_month: number;
    /** The service's own numbers; absent: it does not tell. */
    readonly used?: number;
    readonly remaining?: number;
    /** Why none is made now. */
    readonly reason?: string;
  };
  /** `overdue`: due for longer than an hour. All counts are zero for an account not in charge. */
  readonly targets: TargetCounts;
}

export interface AccountHealthDeps {
  readonly db: Pick<Database, 'app'>;
  readonly clock: Clock;
  readonly accounts: Pick<Accounts, 'forPolling'>;
  readonly adapterOf: (carrier: string) => CarrierAdapter | undefined;
  readonly plans: Pick<Plans, 'accountOf'>;
}

const OVERDUE_MS = 3_600_000;
const NO_TARGETS: TargetCounts = { active: 0, due: 0, overdue: 0 };

/** Returns the health of an account, or null if the tenant has no such account. */
export async function accountHealth(
  deps: AccountHealthDeps,
  tenant: Tenant,
  accountId: string,
): Promise<AccountHealth | null> {
  const account = await deps.accounts.forPolling(accountId);
  if (account === null || account.merchantId !== tenant.merchantId) return null;
  if (account.mode !== tenant.mode) return null;
  const isInCharge = (await deps.plans.accountOf(account)) === account.id;
  const nowMs = deps.clock.nowMs();
  return withTenant(deps.db.app, tenant, async (tx) => {
    const state = await readState(tx, account.id);
    const push = await pushOfAccount(tx, account.id);
    return {
      state: state?.health ?? 'idle',
      since: iso(state?.healthSinceMs ?? null),
      reason: state?.healthReason ?? 'not used yet',
      budget: await budgetOf(tx, deps, account, nowMs),
      push: {
        state: push.state,
        since: iso(push.sinceMs),
        subscriptions: push.subscriptions,
        reason: push.reason,
      },
      ...registrationsOf(await readQuota(tx, account.id), nowMs),
      targets: isInCharge ? await countsOfGroup(tx, account, state, nowMs) : NO_TARGETS,
    };
  });
}

function registrationsOf(quota: Quota | null, nowMs: number): Pick<AccountHealth, 'registrations'> {
  if (quota === null) return {};
  const isPaused = (quota.pausedUntilMs ?? 0) > nowMs;
  const { used, remaining, pauseReason } = quota;
  return {
    registrations: {
      this_month: quota.month >= monthOf(nowMs) ? quota.registrations : 0,
      ...(used !== null && { used }),
      ...(remaining !== null && { remaining }),
      ...(isPaused && pauseReason !== null && { reason: pauseReason }),
    },
  };
}

/**
 * Counts the group's numbers. Where there are more active ones than are counted, returns the number
 * in the last plan.
 */
async function countsOfGroup(
  tx: Transaction,
  group: TargetGroup,
  state: AccountState | null,
  nowMs: number,
): Promise<TargetCounts> {
  const counts = await countTargets(tx, group, nowMs, OVERDUE_MS);
  if (counts.active < COUNTED_MAX) return counts;
  return { ...counts, active: Math.max(counts.active, state?.plan?.activeTargets ?? 0) };
}

/** Returns the limit of each window of the account, the calls used, and when one becomes free. */
async function budgetOf(
  tx: Transaction,
  { adapterOf }: AccountHealthDeps,
  account: NonNullable<Awaited<ReturnType<Accounts['forPolling']>>>,
  nowMs: number,
): Promise<AccountHealth['budget']> {
  const adapter = adapterOf(account.carrier);
  if (adapter === undefined) return [];
  const { windows } = limitsOf(adapter.manifest.limits, account.caps, account.environment);
  const used = await usedCalls(tx, account.id, windows, nowMs);
  const budget: AccountHealth['budget'][number][] = [];
  for (const [index, limit] of windows.entries()) {
    const { calls } = used[index] ?? { calls: 0 };
    // As if the window were full, so that the first call to leave it makes room.
    const asIfFull = { ...limit, calls };
    const resetsAtMs = calls === 0 ? nowMs : await roomAtMs(tx, account.id, asIfFull, 0, nowMs);
    budget.push({
      window: limit.window,
      limit: limit.calls,
      used: calls,
      resets_at: new Date(resetsAtMs).toISOString(),
    });
  }
  return budget;
}

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

interface CredentialsChangedDeps extends ReportHealthDeps {
  readonly accounts: Pick<Accounts, 'forPolling'>;
  /** Schedules a run of the account no later than `atMs`. */
  readonly wake: (accountId: string, atMs: number) => void;
}

const IDLE_AGAIN = {
  state: 'idle',
  reason: 'its credentials were changed; they are used for the next poll',
} as const;

/** Refused parcels older than this are not polled again: they have arrived or are lost. */
const REFUSED_WITHIN_MS = 30 * 86_400_000;
/**
 * The polls of refused numbers are spread over this time, so that thousands do not come at once.
 */
const REFUSED_OVER_MS = 30 * 60_000;

/**
 * Lifts the consequences of an account's former credentials: the pause after they were refused or
 * lacked a permission, an open breaker, the wait before pushes are requested again, and the end of
 * polling for numbers that they had no access to. A pause that the carrier requested stays: it
 * counts its calls by account, not by secret. Call it after the change was written; a second call
 * does no harm.
 */
export async function credentialsChanged(
  deps: CredentialsChangedDeps,
  accountId: string,
): Promise<void> {
  const account = await deps.accounts.forPolling(accountId, { fresh: true });
  if (account === null) return;
  const { pipeline } = deps.db;
  const nowMs = deps.clock.nowMs();
  const lifted = await withTransaction(pipeline, async (tx) => {
    const state = await lockState(tx, account.id);
    return state !== null && (await lift(tx, state, nowMs)) ? state : null;
  });
  await retrySubscriptions(pipeline, account.id, nowMs);
  const sinceMs = nowMs - REFUSED_WITHIN_MS;
  await repollRefused(pipeline, account, { nowMs, sinceMs, overMs: REFUSED_OVER_MS });
  if (lifted !== null) await reportHealth(deps, lifted, account.label, IDLE_AGAIN);
  deps.wake(account.id, nowMs);
}

/** Lifts the account's pause, breaker and refusals. Returns whether there was a pause to lift. */
async function lift(tx: Transaction, state: AccountState, nowMs: number): Promise<boolean> {
  const { accountId, trouble, savings, nextSlotAtMs } = state;
  await saveBreaker(tx, accountId, CLOSED);
  await saveRefusals(tx, accountId, null);
  if (trouble === null || trouble.state === 'rate_limited') return false;
  await saveTrouble(tx, accountId, null, null);
  // The account saved no calls during a pause in which it could not poll.
  if (savings.asOfMs !== null) {
    await saveSavings(tx, accountId, { ...savings, asOfMs: nowMs }, nextSlotAtMs);
  }
  return true;
}
