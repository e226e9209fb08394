import type { AccountState, HealthState, Trouble } from '../accounts/state.ts';
import type { AccountLimits, WindowLimit } from '../budget/limits.ts';

/**
 * The share of a limit at which the merchant is warned, and the share it must have stayed below for
 * the whole window to end the warning. A plan that spends its budget crosses any single mark many
 * times.
 */
const QUOTA_NEAR = { from: 0.8, until: 0.6 };

export interface Health {
  readonly state: HealthState;
  /** One sentence for people; it never contains a secret. */
  readonly reason: string;
}

/** The calls in each of an account's windows, in the order of its limits. */
export interface QuotaUse {
  /** The calls in the window that ends now. */
  readonly now: readonly number[];
  /**
   * The most calls in a window that ended at any time of the last stretch as long as the window.
   */
  readonly peak: readonly number[];
}

/** Derives the state of an account from the results of its calls. Pure. */
export function healthOf(
  state: Pick<AccountState, 'health' | 'healthReason' | 'lastOkAtMs'>,
  trouble: Trouble | null,
  limits: AccountLimits,
  used: QuotaUse,
): Health {
  if (trouble !== null) return { state: trouble.state, reason: trouble.reason };
  const near = limits.windows.filter((limit, nr) => {
    return isReportedTo(state, limit)
      ? (used.peak[nr] ?? 0) >= limit.calls * QUOTA_NEAR.until
      : (used.now[nr] ?? 0) >= limit.calls * QUOTA_NEAR.from;
  });
  if (near.length > 0) {
    const quotas = near.map(wordsFor).join(' and of ');
    return { state: 'quota_near', reason: `${QUOTA_NEAR.from * 100}% of ${quotas} were used` };
  }
  return state.lastOkAtMs === null
    ? { state: 'idle', reason: 'not used yet' }
    : { state: 'ok', reason: 'calls are answered' };
}

/**
 * Whether a window is already reported as near its limit: the stored reason names those that are.
 * So each window is reported once and cleared once.
 */
function isReportedTo(
  { health, healthReason }: Pick<AccountState, 'health' | 'healthReason'>,
  limit: WindowLimit,
): boolean {
  return health === 'quota_near' && healthReason.includes(wordsFor(limit));
}

function wordsFor({ calls, window }: WindowLimit): string {
  return `the ${calls} calls per ${window}`;
}
