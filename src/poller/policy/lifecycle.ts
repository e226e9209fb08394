import { isTerminal } from '../../kernel/status.ts';
import { due, jitterOf, type NextPoll, type ParcelView, spoken, times } from './policy.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * The longest interval between checks of a parcel with healthy push, to find out when push stops.
 */
const PUSH_AUDIT_MS = 24 * HOUR_MS;
/**
 * Checks come earlier by up to this share, by number, so that parcels registered together spread.
 */
const PUSH_AUDIT_SPREAD = 0.15;
/**
 * Audits after the end. Carriers correct and delete deliveries within days; these find most of it.
 */
const END_AUDITS_MS: readonly number[] = [24 * HOUR_MS, 72 * HOUR_MS];
/** The value of a first poll; thousands come at once when a shop imports its parcels. */
const FIRST_POLL_VALUE = 1;
/**
 * The value of confirming an end, which is withheld from people until then, so that it does not
 * queue.
 */
const CONFIRM_WORTH = 2;
/** Pauses between attempts to have an unsigned end confirmed. */
const CONFIRM_PAUSE_MS = { least: 10 * MINUTE_MS, most: 6 * HOUR_MS };

/**
 * What applies under every policy: the first poll at once, the curve of a number that the carrier
 * does not know yet, audits behind a healthy push and after the end. Null while the parcel is in
 * progress and has to be polled: then the policy decides.
 */
export function lifecycle(parcel: ParcelView, nowMs: number): NextPoll | null {
  const { lastPolledAtMs } = parcel;
  if (isTerminal(parcel.status)) return afterTheEnd(parcel, nowMs);
  if (lastPolledAtMs === null) {
    return due(
      'first_contact',
      nowMs,
      FIRST_POLL_VALUE,
      'It was registered and never polled, so it is polled now.',
    );
  }
  if (!parcel.known) return firstContact(parcel, nowMs);
  if (parcel.push !== 'healthy') return null;
  const early = PUSH_AUDIT_SPREAD * jitterOf(parcel.trackingNumber);
  const pauseMs = PUSH_AUDIT_MS * (1 - early);
  return due(
    'audit',
    Math.max(nowMs, lastPolledAtMs + pauseMs),
    0,
    `Webhooks bring its updates; it is polled every ${spoken(pauseMs / MINUTE_MS)} to check that they still arrive.`,
  );
}

/**
 * Schedules the next poll of a parcel that has ended: until an unsigned end is confirmed, then a
 * few audits in case of a correction, then never.
 */
function afterTheEnd(parcel: ParcelView, nowMs: number): NextPoll {
  const endedAtMs = parcel.lastUpdateAtMs ?? parcel.lastFactAtMs ?? parcel.createdAtMs;
  const polledAtMs = parcel.lastPolledAtMs ?? Number.NEGATIVE_INFINITY;
  if (parcel.confirmed === false) {
    if (polledAtMs <= endedAtMs) {
      return due(
        'confirm',
        nowMs,
        CONFIRM_WORTH,
        `Only an unsigned webhook or a bridge says ${parcel.status}; polled at once to confirm it.`,
      );
    }
    const { least, most } = CONFIRM_PAUSE_MS;
    const pauseMs = Math.min(most, Math.max(least, (polledAtMs - endedAtMs) / 2));
    const why = `Only an unsigned webhook or a bridge says ${parcel.status}; no poll has confirmed it yet.`;
    return due('confirm', Math.max(nowMs, polledAtMs + pauseMs), CONFIRM_WORTH, why);
  }
  for (const afterMs of END_AUDITS_MS) {
    const atMs = endedAtMs + afterMs + jitterOf(parcel.trackingNumber) * HOUR_MS;
    if (polledAtMs >= endedAtMs + afterMs) continue;
    const hours = afterMs / HOUR_MS;
    const why = `It is ${parcel.status}; polled ${hours} h later in case of a correction.`;
    return due('audit', Math.max(nowMs, atMs), 0, why);
  }
  const why = `It is ${parcel.status} and was audited; it is no longer polled.`;
  return due('finished', Number.POSITIVE_INFINITY, 0, why);
}

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
function firstContact(parcel: ParcelView, nowMs: number): NextPoll {
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
