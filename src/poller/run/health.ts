import type { AccountState, HealthState, Trouble } from '../account-state.ts';
import type { Used } from '../budget/debit.ts';
import type { AccountLimits } from '../budget/limits.ts';

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
  const share = state.health === 'quota_near' ? QUOTA_NEAR.until : QUOTA_NEAR.from;
  const near = limits.windows.find(({ calls }, nr) => (used[nr]?.calls ?? 0) >= calls * share);
  if (near !== undefined) {
    const reason = `${share * 100}% of the ${near.calls} calls per ${near.window} are used.`;
    return { state: 'quota_near', reason };
  }
  return state.lastOkAtMs === null
    ? { state: 'idle', reason: 'nothing was asked yet' }
    : { state: 'ok', reason: 'calls are answered' };
}
