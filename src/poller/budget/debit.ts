import type { AccountLimits, WindowLimit } from './limits.ts';
import { extrasOf, heldBackOf, reserveOf } from './limits.ts';
import type { Savings } from './savings.ts';

/**
 * The purpose of a call. `refresh`: a person waits for it, so it may use the reserve. `owed`: a
 * parcel at its ceiling. `planned`: worth a call under the day's plan. `more`: a further call of
 * the same piece of work, or one that is not a poll; it needs no plan but may not use the reserve.
 * `extra`: a person waits for something other than tracking; it may use the reserve, as long as all
 * calls requested by people are only a part of the window.
 */
export type Purpose = 'refresh' | 'owed' | 'planned' | 'more' | 'extra';

/** The calls in a window that ends now. */
export interface Used {
  readonly calls: number;
  /** How many of these calls were requested by people. */
  readonly refreshes: number;
}

export type Debit =
  /** The call may be sent after `waitMs`. */
  | { readonly granted: true; readonly waitMs: number }
  | {
      readonly granted: false;
      /**
       * `window`: a limit is reached. `plan`: the call can wait. `pace`: too soon after the last
       * call.
       */
      readonly reason: 'window' | 'plan' | 'pace' | 'paused';
      /** Null: as soon as a call leaves `window`. */
      readonly retryAtMs: number | null;
      readonly window?: WindowLimit;
    };

/** A call may be granted this long before its time; the caller waits until then. */
const AHEAD_MS_MAX = 2_000;

export interface DebitConditions {
  readonly purpose: Purpose;
  readonly nowMs: number;
  readonly limits: AccountLimits;
  /** One per window, in the order of `limits.windows`. */
  readonly used: readonly Used[];
  readonly savings: Savings;
  readonly nextSlotAtMs: number | null;
  readonly pausedUntilMs: number | null;
}

/** Decides whether a call may be made, and when. Pure; the caller holds the account's row lock. */
export function decideDebit(conditions: DebitConditions): Debit {
  const { purpose, nowMs, limits, used, savings, pausedUntilMs } = conditions;
  if (pausedUntilMs !== null && pausedUntilMs > nowMs) {
    return { granted: false, reason: 'paused', retryAtMs: pausedUntilMs };
  }
  const full = limits.windows.find((limit, index) =>
    isFull(limit, used[index] ?? NOTHING, purpose),
  );
  if (full !== undefined) {
    return { granted: false, reason: 'window', retryAtMs: null, window: full };
  }
  if (!isSavedFor(purpose, savings)) return { granted: false, reason: 'plan', retryAtMs: null };
  const slotMs = Math.max(nowMs, conditions.nextSlotAtMs ?? nowMs);
  if (slotMs - nowMs > AHEAD_MS_MAX) return { granted: false, reason: 'pace', retryAtMs: slotMs };
  return { granted: true, waitMs: slotMs - nowMs };
}

const NOTHING: Used = { calls: 0, refreshes: 0 };

/** Whether calls requested by people have used their share, so that the rest is left for polls. */
export function isShareSpent(limit: WindowLimit, { refreshes }: Used, purpose: Purpose): boolean {
  return purpose === 'extra' && refreshes >= extrasOf(limit);
}

/** Whether the window allows no further call for the purpose. */
function isFull(limit: WindowLimit, used: Used, purpose: Purpose): boolean {
  if (isShareSpent(limit, used, purpose)) return true;
  const { calls, refreshes } = used;
  return calls + outOfReach(limit, refreshes, purpose) >= limit.calls;
}

/**
 * The calls of a window that a purpose may not use: the unused part of the reserve for people, and,
 * for planned calls, those held back for parcels at their ceiling.
 */
export function outOfReach(limit: WindowLimit, refreshes: number, purpose: Purpose): number {
  if (purpose === 'refresh' || purpose === 'extra') return 0;
  const reserved = Math.max(0, reserveOf(limit) - refreshes);
  return purpose === 'planned' ? reserved + heldBackOf(limit) : reserved;
}

/** Whether enough calls are saved for the purpose; only polls need saved calls. */
function isSavedFor(purpose: Purpose, { planned, owed }: Savings): boolean {
  if (purpose === 'planned') return planned >= 1;
  return purpose !== 'owed' || planned >= 1 || owed >= 1;
}

/** How many calls the windows still allow for a purpose; Infinity if there are no limits. */
export function callsLeft(limits: AccountLimits, used: readonly Used[], purpose: Purpose): number {
  const left = limits.windows.map((limit, index) => {
    const { calls, refreshes } = used[index] ?? NOTHING;
    return limit.calls - calls - outOfReach(limit, refreshes, purpose);
  });
  return Math.max(0, Math.min(Number.POSITIVE_INFINITY, ...left));
}

/** Returns the savings after one call. The planned savings may go below zero, `owed` may not. */
export function spent(savings: Savings): Savings {
  return {
    planned: savings.planned - 1,
    owed: Math.max(0, savings.owed - 1),
    asOfMs: savings.asOfMs,
  };
}
