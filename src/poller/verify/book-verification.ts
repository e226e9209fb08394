import type { Debit } from '../../adapters/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { type Database, withTransaction } from '../../platform/database/database.ts';
import { ensureState, lockState } from '../accounts/state.sql.ts';
import { bookCall, roomAtMs, usedCalls } from '../budget/ledger.sql.ts';
import type { AccountLimits } from '../budget/limits.ts';
import type { Candidate } from './candidate.ts';

/**
 * Books a call that verifies credentials, within the account's hour and day like any other. Neither
 * the plan nor a pause prevents it: new credentials are what ends a pause.
 */
export async function bookVerification(
  { db, clock }: { readonly db: Pick<Database, 'pipeline'>; readonly clock: Clock },
  { id, merchantId, mode, carrier }: Candidate & { readonly id: string },
  { windows }: AccountLimits,
): Promise<Debit> {
  const nowMs = clock.nowMs();
  await ensureState(db.pipeline, { id, merchantId, mode, carrier }, nowMs);
  return withTransaction(db.pipeline, async (tx): Promise<Debit> => {
    await lockState(tx, id);
    const used = await usedCalls(tx, id, windows, nowMs);
    const full = windows.find((limit, nr) => (used[nr]?.calls ?? 0) >= limit.calls);
    if (full !== undefined) {
      const roomMs = await roomAtMs(tx, id, full, 0, nowMs);
      return { ok: false, retryAfterS: Math.max(1, Math.ceil((roomMs - nowMs) / 1_000)) };
    }
    await bookCall(tx, { accountId: id, merchantId, mode, atMs: nowMs, refreshes: true });
    return { ok: true };
  });
}
