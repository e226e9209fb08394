import { correctionMs } from '../../../intake/index.ts';

/** Time corrections for a device's queue, in milliseconds. */
export interface CorrectedQueue {
  /** How far the device's clock is ahead. */
  readonly clockMs: number;
  /** What to subtract from the time of each event. */
  readonly eachMs: readonly number[];
}

/**
 * A larger lead comes from no clock that was set by hand or to a wrong time zone, so it says
 * nothing about the events around it.
 */
const LEAD_MS_MAX = 6 * 3_600_000;
/** Scan times are stored to the second. */
const STEP_MS = 1_000;

/**
 * Time corrections for a device's events. The device's clock is ahead by what it reported; if it
 * reported nothing, by at least as much as its latest event is ahead of our clock. Events that are
 * in the future even then were written while the clock was wrong: they count as of now, in the
 * queue's order.
 *
 * @param offsetMs from `Waybill-Sent-At`; null: not reported.
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
