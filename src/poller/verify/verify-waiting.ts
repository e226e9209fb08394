import type { Accounts } from '../../intake/index.ts';
import { errorText } from '../../platform/messages/error-text.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { type AccountEventDeps, changeAccount } from '../accounts/events.ts';
import { ensureState, lockState } from '../accounts/state.sql.ts';
import type { CredentialVerifier } from './credential-verifier.ts';

export interface VerifyWaitingDeps extends AccountEventDeps {
  readonly accounts: Pick<Accounts, 'forPolling' | 'takeToVerify' | 'keepVerdict'>;
  readonly verifier: CredentialVerifier;
  readonly log: Logger;
  /** Schedules a run of the account no later than `atMs`. */
  readonly wake: (accountId: string, atMs: number) => void;
}

/** How many accounts are verified at once; the next round begins when they are done. */
const ACCOUNTS_AT_ONCE = 5;
/** Longer than any verification takes; after it, another process takes over from one that died. */
const LEASE_MS = 120_000;

/**
 * Verifies credentials that were stored unverified, because the carrier was down, asked us to wait,
 * or could not be called at that time. A change is written to the event log and to our own log.
 *
 * @returns how many were verified.
 */
export async function verifyWaiting(deps: VerifyWaitingDeps): Promise<number> {
  const ids = await deps.accounts.takeToVerify(ACCOUNTS_AT_ONCE, LEASE_MS);
  const results = await Promise.allSettled(ids.map((id) => verifyOne(deps, id)));
  for (const each of results) if (each.status === 'rejected') throw each.reason;
  return ids.length;
}

/**
 * Verifies the credentials of one account, and stores and publishes the verdict if it is another
 * one.
 */
async function verifyOne(deps: VerifyWaitingDeps, id: string): Promise<void> {
  const account = await deps.accounts.forPolling(id, { fresh: true });
  if (account === null || account.disabledAtMs !== null) return;
  const verdict = await deps.verifier.verify(account);
  await ensureState(deps.db.pipeline, account, deps.clock.nowMs());
  const reason =
    verdict.state === 'verified' ? 'the carrier accepts them' : errorText(verdict.reason);
  const hasChanged = await changeAccount(deps, id, async (tx) => {
    // In the common lock order: the state first.
    await lockState(tx, id);
    const before = await deps.accounts.keepVerdict(tx, account, verdict);
    if (before === null || before.state === verdict.state) return null;
    return {
      type: 'carrier_account.verification_changed',
      account,
      state: verdict.state,
      previousState: before.state,
      reason,
    };
  });
  if (!hasChanged) return;
  const fields = { account: id, carrier: account.carrier, verification: verdict.state, reason };
  if (verdict.state === 'refused') {
    deps.log.warn(fields, "the carrier refused an account's credentials");
  } else {
    deps.log.info(fields, "an account's credentials were verified");
    deps.wake(id, deps.clock.nowMs());
  }
}
