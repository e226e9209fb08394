import { correctionMs } from '../../intake/index.ts';

/** A device's queue, as far as its clock was wrong, in milliseconds. */
export interface CorrectedQueue {
  /** How far the clock is ahead. */
  readonly clockMs: number;
  /** What is taken off the time of each event. */
  readonly eachMs: readonly number[];
}

/**
 * What is further ahead than this comes from no clock that was set wrong by hand or by a time zone,
 * and says nothing of the events around it.
 */
const LEAD_MS_MAX = 6 * 3_600_000;
/** Times of scans are kept to the second. */
const STEP_MS = 1_000;

/**
 * What is taken off the times of a device's events. Its clock is as far ahead as it said; where it said
 * nothing, at least as far as its latest event is ahead of ours. What has happened has happened: what
 * is in the future even then was written while the clock was wrong, and is as of now, in the queue's
 * order.
 *
 * @param offsetMs from `Waybill-Sent-At`; null: it did not say.
 */
export function correctQueue(
  offsetMs: number | null,
  atsMs: readonly number[],
  nowMs: number,
): CorrectedQueue {
  const leadsMs = atsMs.map((atMs) => atMs - nowMs).filter((leadMs) => leadMs <= LEAD_MS_MAX);
  const clockMs = offsetMs === null ? Math.max(0, ...leadsMs) : correctionMs(offsetMs);
  const eachMs = atsMs.map(() => clockMs);
  let latestMs = nowMs;
  for (const [nr, atMs] of [...atsMs.entries()].reverse()) {
    if (atMs - clockMs <= nowMs) continue;
    eachMs[nr] = atMs - latestMs;
    latestMs -= STEP_MS;
  }
  return { clockMs, eachMs };
}
