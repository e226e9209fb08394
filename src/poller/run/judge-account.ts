import { isDeepStrictEqual } from 'node:util';
import type { CarrierAdapter } from '../../adapters/contract/contract.ts';
import type { TrackOutcome } from '../../adapters/contract/pull.ts';
import type { PollingAccount } from '../../intake/index.ts';
import { type Transaction, withTransaction } from '../../platform/database/database.ts';
import {
  lockState,
  readState,
  saveBreaker,
  saveRefusals,
  saveTrouble,
} from '../accounts/state.sql.ts';
import type { AccountState, Trouble } from '../accounts/state.ts';
import { peakCalls, usedCalls } from '../budget/ledger.sql.ts';
import type { AccountLimits } from '../budget/limits.ts';
import { repollRefused } from '../due/targets.sql.ts';
import type { BreakerCell } from './guard.ts';
import {
  healthOf,
  healthOfBridge,
  type QuotaUse,
  type ReportHealthDeps,
  reportHealth,
} from './report-health.ts';
import {
  asAccountRefusals,
  isAboutNumber,
  isAccountRefused,
  refusalsAfter,
  troubleAfter,
} from './trouble.ts';

type NamedAccount = Pick<PollingAccount, 'id' | 'label'>;

/** Numbers that are polled again are spread over this time. */
const REFUSED_RETRY_SPREAD_MS = 30 * 60_000;

/**
 * Stores what a call implies for its account: a pause that all processes obey, the breaker, and the
 * account's health, whose changes are reported. Returns the trouble that remains.
 */
export async function judgeAccount(
  deps: ReportHealthDeps,
  run: {
    readonly account: NamedAccount;
    readonly adapter: Pick<CarrierAdapter, 'manifest'>;
    readonly limits: AccountLimits;
    readonly breaker: BreakerCell;
  },
  outcomes: readonly TrackOutcome[],
): Promise<Trouble | null> {
  const { account, adapter, limits, breaker } = run;
  const nowMs = deps.clock.nowMs();
  const trouble = await withTransaction(deps.db.pipeline, async (tx) => {
    const state = await lockState(tx, account.id);
    const judgedOutcomes =
      state === null ? outcomes : await judgeRefusals(tx, state, outcomes, nowMs);
    const after = troubleAfter(state?.trouble ?? null, judgedOutcomes, breaker.state, nowMs);
    await saveTrouble(tx, account.id, after, judgedOutcomes.some(isAboutNumber) ? nowMs : null);
    await saveBreaker(tx, account.id, breaker.state);
    return after;
  });
  const { pipeline } = deps.db;
  const state = await readState(pipeline, account.id);
  if (state !== null) {
    const used = await quotaUse(deps, state, limits, nowMs);
    const health = healthOf(state, trouble, limits, used);
    const isBridge = adapter.manifest.role === 'bridge';
    const shown = isBridge ? healthOfBridge(state, health, nowMs) : health;
    await reportHealth(deps, state, account.label, shown);
  }
  return trouble !== null && trouble.untilMs > nowMs ? trouble : null;
}

/**
 * If refusals turn out to concern the account, they end no number: those given up since the
 * refusals began are polled again, so that one of them finds out when the carrier answers again.
 */
async function judgeRefusals(
  tx: Transaction,
  state: AccountState,
  outcomes: readonly TrackOutcome[],
  nowMs: number,
): Promise<readonly TrackOutcome[]> {
  const refusals = refusalsAfter(state.refusals, outcomes, nowMs);
  if (!isDeepStrictEqual(refusals, state.refusals)) {
    await saveRefusals(tx, state.accountId, refusals);
  }
  const isRefused = outcomes.some(({ outcome }) => outcome === 'refused');
  if (!isRefused || !isAccountRefused(refusals)) return outcomes;
  const { sinceMs } = refusals;
  await repollRefused(tx, state, { nowMs, sinceMs, overMs: REFUSED_RETRY_SPREAD_MS });
  return asAccountRefusals(outcomes, refusals);
}

/** Updates the account's health for its quotas: one near its limit recovers without any call. */
export async function judgeQuota(
  deps: ReportHealthDeps,
  { account, limits }: { readonly account: NamedAccount; readonly limits: AccountLimits },
  state: AccountState,
): Promise<void> {
  if (state.health !== 'quota_near') return;
  const used = await quotaUse(deps, state, limits, deps.clock.nowMs());
  await reportHealth(deps, state, account.label, healthOf(state, state.trouble, limits, used));
}

/**
 * Returns the use of the quotas. The peak is read only for an account that was reported as near a
 * limit.
 */
async function quotaUse(
  { db: { pipeline } }: Pick<ReportHealthDeps, 'db'>,
  { accountId, health }: AccountState,
  { windows }: AccountLimits,
  nowMs: number,
): Promise<QuotaUse> {
  const used = await usedCalls(pipeline, accountId, windows, nowMs);
  const now = used.map(({ calls }) => calls);
  const isNear = health === 'quota_near';
  return { now, peak: isNear ? await peakCalls(pipeline, accountId, windows, nowMs) : now };
}
