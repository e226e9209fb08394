import { isTerminal } from '../../kernel/status.ts';
import type { PollTarget } from './target.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * An end that only an unsigned push reported is believed if no poll contradicted it for this long.
 */
const CONFIRMED_WITHIN_MS = DAY_MS;
/** After this long without an update nobody waits for a parcel any more. */
const EXPIRED_AFTER_MS = 30 * DAY_MS;

export type TimerNote = 'stalled' | 'expired' | 'confirmation_timed_out';

export interface Timer {
  readonly atMs: number;
  readonly note: TimerNote;
}

type Timed = Pick<
  PollTarget,
  | 'status'
  | 'subStatus'
  | 'confirmed'
  | 'createdAtMs'
  | 'lastUpdateAtMs'
  | 'unconfirmedSinceMs'
  | 'sequence'
  | 'reportedSequence'
  | 'endReason'
>;

/**
 * Returns what to report about a number if nothing else happens to it, and when: that it has had no
 * update for unusually long, that it is given up, or that nobody will confirm its end. Null if
 * there is nothing to report. Pure.
 *
 * @param stalledAfterMs the time within which 99 of 100 comparable parcels have an update.
 */
export function timerOf(target: Timed, stalledAfterMs: number): Timer | null {
  if (target.endReason !== null) return null;
  const wasReported = target.reportedSequence === target.sequence;
  if (isTerminal(target.status)) {
    const { unconfirmedSinceMs } = target;
    if (target.confirmed || unconfirmedSinceMs === null || wasReported) return null;
    return { atMs: unconfirmedSinceMs + CONFIRMED_WITHIN_MS, note: 'confirmation_timed_out' };
  }
  const lastActivityAtMs = target.lastUpdateAtMs ?? target.createdAtMs;
  const expired: Timer = { atMs: lastActivityAtMs + EXPIRED_AFTER_MS, note: 'expired' };
  // No update before the first scan is normal: labels are printed days ahead.
  const canStall = target.lastUpdateAtMs !== null && target.subStatus !== 'stalled' && !wasReported;
  const stalledAtMs = lastActivityAtMs + stalledAfterMs;
  return canStall && stalledAtMs < expired.atMs ? { atMs: stalledAtMs, note: 'stalled' } : expired;
}
