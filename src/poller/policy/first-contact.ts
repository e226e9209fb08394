import { due, spoken, times } from './due.ts';
import { jitterOf } from './jitter.ts';
import type { NextPoll, ParcelView } from './policy.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * Labels are printed days ahead and handed over late. After three weeks, a number that no carrier
 * knows is mistyped, void or another carrier's.
 */
export const GIVE_UP_AFTER_DAYS = 21;
/** The pause grows with the wait: a quarter of it, within these bounds. */
const WAITED_SHARE = 0.25;
const PAUSE_MS = { least: 15 * MINUTE_MS, most: 12 * HOUR_MS };
const SPREAD = 0.1;

/**
 * When a number is polled that the carrier does not know yet: often in the first hours, when a
 * label that was just bought appears, then at growing intervals, and a last time after three weeks,
 * before it is given up. That is about 60 calls for a number that never appears.
 */
export function firstContact(parcel: ParcelView, nowMs: number): NextPoll {
  const { createdAtMs, lastUpdateAtMs, missesInARow } = parcel;
  const polledAtMs = parcel.lastPolledAtMs ?? createdAtMs;
  // Pushes may report a parcel that this account has no access to; while it moves, it is not given
  // up.
  const sinceMs = Math.max(createdAtMs, lastUpdateAtMs ?? createdAtMs);
  const endMs = sinceMs + GIVE_UP_AFTER_DAYS * DAY_MS;
  if (polledAtMs >= endMs) {
    const why = `The carrier did not know it for ${GIVE_UP_AFTER_DAYS} days; polling has stopped.`;
    return due('give_up', Number.POSITIVE_INFINITY, 0, why);
  }
  const pauseMs = firstContactPauseMs(polledAtMs - createdAtMs);
  const spread = 1 - SPREAD * jitterOf(parcel.trackingNumber, missesInARow);
  const atMs = Math.max(nowMs, Math.min(endMs, polledAtMs + pauseMs * spread));
  const why = `The carrier does not know it yet (polled ${times(missesInARow)}); polled again after ${spoken((pauseMs * spread) / MINUTE_MS)}, abandoned ${GIVE_UP_AFTER_DAYS} days after ${sinceMs > createdAtMs ? 'the last update' : 'registration'}.`;
  return due('first_contact', atMs, 0, why);
}

/** The pause after an attempt this long after registration. */
export function firstContactPauseMs(waitedMs: number): number {
  return Math.min(PAUSE_MS.most, Math.max(PAUSE_MS.least, waitedMs * WAITED_SHARE));
}
