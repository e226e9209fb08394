import type { Accounts } from '../../intake/index.ts';
import { type Transaction, withTransaction } from '../../platform/database/database.ts';
import { askRefusedAgain } from '../due/targets.sql.ts';
import { retrySubscriptions } from '../push/subscriptions.sql.ts';
import { type ReportHealthDeps, reportHealth } from '../run/report-health.ts';
import { CLOSED } from './breaker.ts';
import { lockState, saveBreaker, saveRefusals, saveSavings, saveTrouble } from './state.sql.ts';
import type { AccountState } from './state.ts';

interface CredentialsChangedDeps extends ReportHealthDeps {
  readonly accounts: Pick<Accounts, 'forPolling'>;
  /** Schedules a run of the account no later than `atMs`. */
  readonly wake: (accountId: string, atMs: number) => void;
}

const AGAIN = {
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
  await askRefusedAgain(pipeline, account, { nowMs, sinceMs, overMs: REFUSED_OVER_MS });
  if (lifted !== null) await reportHealth(deps, lifted, account.label, AGAIN);
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
