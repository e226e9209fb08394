import type { TrackOutcome } from '../../adapters/contract/pull.ts';
import type { Refusals } from '../accounts/state.ts';
import { isAboutNumber } from './trouble.ts';

/**
 * A single refused number is not the merchant's. From these counts on, the account itself counts as
 * refused: a carrier that withdraws a permission answers 403 to every request.
 */
const ACCOUNT_REFUSED = { calls: 3, numbers: 10 };
/** A number's end may be written before its call is judged, perhaps by another process. */
const MARGIN_MS = 60_000;

/**
 * Counts refusals in a row. One answer of another kind resets the count; a call that says nothing
 * about numbers does not change it. Pure.
 */
export function refusalsAfter(
  before: Refusals | null,
  outcomes: readonly TrackOutcome[],
  nowMs: number,
): Refusals | null {
  const about = outcomes.filter(isAboutNumber);
  if (about.length === 0) return before;
  if (about.some(({ outcome }) => outcome !== 'refused')) return null;
  return {
    calls: (before?.calls ?? 0) + 1,
    numbers: (before?.numbers ?? 0) + about.length,
    sinceMs: before?.sinceMs ?? nowMs - MARGIN_MS,
  };
}

export function isAccountRefused(refusals: Refusals | null): refusals is Refusals {
  if (refusals === null) return false;
  return refusals.calls >= ACCOUNT_REFUSED.calls && refusals.numbers >= ACCOUNT_REFUSED.numbers;
}

/** Returns the outcomes as refusals of the account, which end no number. */
export function asOfAccount(
  outcomes: readonly TrackOutcome[],
  { numbers }: Refusals,
): readonly TrackOutcome[] {
  return outcomes.map((each): TrackOutcome => {
    if (each.outcome !== 'refused') return each;
    const { trackingNumber } = each;
    const reason = `the carrier refused all of the last ${numbers} numbers: ${each.reason}`;
    return { outcome: 'scope_missing', trackingNumber, reason };
  });
}

/** Reads stored refusals; anything unreadable counts as none. Never throws. */
export function readRefusals(stored: unknown): Refusals | null {
  if (typeof stored !== 'object' || stored === null) return null;
  const { calls, numbers, sinceMs } = stored as Partial<Record<string, unknown>>;
  const isWhole = Number.isInteger(calls) && Number.isInteger(numbers) && Number.isFinite(sinceMs);
  return isWhole
    ? { calls: Number(calls), numbers: Number(numbers), sinceMs: Number(sinceMs) }
    : null;
}
