import type { Clock } from '../../platform/clock.ts';
import {
  type Database,
  type Transaction,
  withTransaction,
} from '../../platform/database/database.ts';
import { lockState, saveSavings } from '../accounts/state.sql.ts';
import type { AccountState } from '../accounts/state.ts';
import {
  type Debit,
  decideDebit,
  isShareSpent,
  outOfReach,
  type Purpose,
  spent,
  type Used,
} from './debit.ts';
import { bookCall, roomAtMs, usedCalls } from './ledger.sql.ts';
import { type AccountLimits, extrasOf } from './limits.ts';
import {
  type Savings,
  type SavingsConditions,
  saved,
  waitForCallMs,
  waitForOwedMs,
} from './savings.ts';

/** Whether the account may make a call for a purpose; the session checks it before each call. */
export type DebitResult =
  | { readonly ok: true; readonly waitMs: number }
  | {
      readonly ok: false;
      readonly reason: 'window' | 'plan' | 'pace' | 'paused' | 'unknown';
      readonly retryAtMs: number;
    };

/** The retry interval if there is no such account (any more). */
const UNKNOWN_RETRY_MS = 60_000;

/**
 * Books one call of an account before it is made, or says when one may be made. The account's row
 * lock serialises the debits of all processes, and the ledger is read after the lock is held, so no
 * two of them use the last call.
 *
 * @param options.dry only returns the answer and books nothing.
 */
export async function debitCall(
  { db, clock }: { readonly db: Pick<Database, 'pipeline'>; readonly clock: Clock },
  accountId: string,
  limits: AccountLimits,
  purpose: Purpose,
  { dry = false }: { readonly dry?: boolean } = {},
): Promise<DebitResult> {
  return withTransaction(db.pipeline, async (tx) => {
    const nowMs = clock.nowMs();
    // Both are sent together; the second statement reads the ledger after the first has the lock.
    const [state, used] = await Promise.all([
      lockState(tx, accountId),
      usedCalls(tx, accountId, limits.windows, nowMs),
    ]);
    if (state === null) {
      return { ok: false, reason: 'unknown', retryAtMs: nowMs + UNKNOWN_RETRY_MS };
    }
    const savings = savingsNow(state, limits, nowMs);
    const debit = decideDebit({
      purpose,
      nowMs,
      limits,
      used,
      savings,
      nextSlotAtMs: state.nextSlotAtMs,
      pausedUntilMs: state.trouble?.untilMs ?? null,
    });
    if (!debit.granted) {
      const retryAtMs = await retryAt(tx, state, limits, { purpose, debit, used, savings, nowMs });
      return { ok: false, reason: debit.reason, retryAtMs };
    }
    if (dry) return { ok: true, waitMs: debit.waitMs };
    const atMs = nowMs + debit.waitMs;
    await Promise.all([
      saveSavings(tx, accountId, spent(savings), atMs + limits.spacingMs),
      bookCall(tx, { ...state, atMs, isRefresh: purpose === 'refresh' || purpose === 'extra' }),
    ]);
    return { ok: true, waitMs: debit.waitMs };
  });
}

/** Returns the account's savings as of now. */
export function savingsNow(state: AccountState, limits: AccountLimits, nowMs: number): Savings {
  return saved(state.savings, savingsConditions(state, limits, nowMs));
}

function savingsConditions(
  state: AccountState,
  limits: AccountLimits,
  nowMs: number,
): SavingsConditions {
  return {
    nowMs,
    limits,
    hourShares: state.plan?.hourShares ?? null,
    wakeAtMs: state.wakeAtMs,
    isOut: state.trouble !== null,
  };
}

interface Refused {
  readonly purpose: Purpose;
  readonly debit: Extract<Debit, { granted: false }>;
  readonly used: readonly Used[];
  readonly savings: Savings;
  readonly nowMs: number;
}

/**
 * Returns when a refused call may be tried again: when the carrier allows it, when the window that
 * is used up has room, or when enough calls are saved.
 */
async function retryAt(
  tx: Transaction,
  state: AccountState,
  limits: AccountLimits,
  { purpose, debit, used, savings, nowMs }: Refused,
): Promise<number> {
  if (debit.retryAtMs !== null) return debit.retryAtMs;
  if (debit.window === undefined) {
    const conditions = savingsConditions(state, limits, nowMs);
    const plannedMs = waitForCallMs(savings, conditions);
    const owedMs = purpose === 'owed' ? waitForOwedMs(savings, conditions) : plannedMs;
    return nowMs + Math.min(plannedMs, owedMs);
  }
  const { window } = debit;
  const { calls = 0, refreshes = 0 } = used[limits.windows.indexOf(window)] ?? {};
  if (isShareSpent(window, { calls, refreshes }, purpose)) {
    const share = { ...window, calls: extrasOf(window) };
    return roomAtMs(tx, state.accountId, share, 0, nowMs, 'refreshes');
  }
  const reserved = outOfReach(window, refreshes, purpose);
  return roomAtMs(tx, state.accountId, window, reserved, nowMs);
}
