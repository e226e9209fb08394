import type { CarrierAdapter } from '../../adapters/contract/contract.ts';
import type { Accounts } from '../../intake/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Purpose } from '../budget/debit.ts';
import { debitCall } from '../budget/debit-call.ts';
import { limitsOf } from '../budget/limits.ts';
import type { PollTarget } from './target.ts';

export interface NextTurnDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly clock: Clock;
  readonly accounts: Pick<Accounts, 'forPolling'>;
  readonly adapterOf: (carrier: string) => CarrierAdapter | undefined;
}

/**
 * When the account's budget allows the call that a due number waits for; null if nothing holds it
 * back, or it is not due yet. Numbers of greater value may still come first. Books nothing.
 */
export async function nextTurnAtMs(
  deps: NextTurnDeps,
  accountId: string,
  target: PollTarget,
  ceilingS: number,
): Promise<number | null> {
  const nowMs = deps.clock.nowMs();
  if (target.dueAtMs > nowMs) return null;
  const account = await deps.accounts.forPolling(accountId);
  const adapter = deps.adapterOf(target.carrier);
  if (account === null || adapter === undefined) return null;
  const limits = limitsOf(adapter.manifest.limits, account.caps, account.environment);
  const purpose = purposeOf(target, nowMs, ceilingS);
  const answer = await debitCall(deps, accountId, limits, purpose, { dry: true });
  if (answer.ok || (answer.reason !== 'plan' && answer.reason !== 'window')) return null;
  return Math.max(nowMs, answer.retryAtMs);
}

function purposeOf(target: PollTarget, nowMs: number, ceilingS: number): Purpose {
  if (target.refreshRequestedAtMs !== null) return 'refresh';
  const sinceMs = target.lastPolledAtMs ?? target.createdAtMs;
  return nowMs - sinceMs >= ceilingS * 1_000 ? 'owed' : 'planned';
}
