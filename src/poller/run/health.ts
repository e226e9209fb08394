import type { AccountState, HealthState, Trouble } from '../account-state.ts';
import type { Used } from '../budget/debit.ts';
import type { AccountLimits, WindowLimit } from '../budget/limits.ts';

/** A share of a limit from which on the merchant is told, and back below which it is told off. */
const QUOTA_NEAR = { from: 0.8, until: 0.6 };

export interface Health {
  readonly state: HealthState;
  /** One sentence; never a secret. */
  readonly reason: string;
}

/** How an account is, from what its calls came to. Pure. */
export function healthOf(
  state: Pick<AccountState, 'health' | 'healthReason' | 'lastOkAtMs'>,
  trouble: Trouble | null,
  limits: AccountLimits,
  used: readonly Used[],
): Health {
  if (trouble !== null) return { state: trouble.state, reason: trouble.reason };
  const near = limits.windows.filter((limit, nr) => {
    const share = isToldOf(state, limit) ? QUOTA_NEAR.until : QUOTA_NEAR.from;
    return (used[nr]?.calls ?? 0) >= limit.calls * share;
  });
  if (near.length > 0) {
    const quotas = near.map(wordsFor).join(' and of ');
    return { state: 'quota_near', reason: `${QUOTA_NEAR.from * 100}% of ${quotas} were used` };
  }
  return state.lastOkAtMs === null
    ? { state: 'idle', reason: 'nothing was asked yet' }
    : { state: 'ok', reason: 'calls are answered' };
}

/** So that each window is told once and told off once: the reason names those that were told. */
function isToldOf(
  { health, healthReason }: Pick<AccountState, 'health' | 'healthReason'>,
  limit: WindowLimit,
): boolean {
  return health === 'quota_near' && healthReason.includes(wordsFor(limit));
}

function wordsFor({ calls, window }: WindowLimit): string {
  return `the ${calls} calls per ${window}`;
}
