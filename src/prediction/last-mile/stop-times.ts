import { type DriveTime, MINUTE_MS } from '../road/ride/ride.ts';
import { sumOfTimes } from './sum-of-times.ts';

/** A stop that is still to come. */
export interface StopAhead {
  /** From the place before. */
  readonly drive: DriveTime;
  /** From arriving to handing over. */
  readonly dwell: DriveTime;
  /** Epoch ms before which nothing is handed over there; null: it may be at once. */
  readonly opensMs: number | null;
}

/** When a stop's parcels are handed over: one in ten, half and nine in ten by then. Epoch ms. */
export interface StopTime {
  readonly p10Ms: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  /** Minutes from now, as worked out: what windows are calibrated by. */
  readonly minutes: DriveTime;
}

/** Stretches a window by what came of earlier ones. */
export type Calibrate = (minutes: DriveTime) => DriveTime;

/** Who ought to be there by now is expected in so many minutes. */
const LATE = { p10Min: 0.5, p50Min: 2, p90Min: 8 } as const;

/**
 * When a courier is at each stop: all drives and stops before it, one after the other, and who waits for a
 * window to open begins anew there. Never before now: who is later than expected delays all that
 * follows. Pure.
 *
 * @param startMs when the courier was where the first drive begins: of a newest position, or of the last
 *   stop.
 */
export function stopTimes(
  startMs: number,
  nowMs: number,
  stops: readonly StopAhead[],
  calibrate: Calibrate = (minutes) => minutes,
): StopTime[] {
  let baseMs = startMs;
  let parts: DriveTime[] = [];
  return stops.map(({ drive, dwell, opensMs }, nr) => {
    const there = sumOfTimes([...parts, drive]);
    if (opensMs !== null && baseMs + there.p50Min * MINUTE_MS < opensMs) {
      baseMs = opensMs;
      parts = [dwell];
    } else {
      parts = [...parts, drive, dwell];
    }
    const sum = sumOfTimes(parts);
    let said = fromNow(sum, baseMs, nowMs);
    if (nr === 0 && said.p50Min < LATE.p50Min) {
      // What should be over is about to be, and all that follows is later by as much.
      const expectedMs = baseMs + sum.p50Min * MINUTE_MS;
      if (expectedMs < nowMs) baseMs += nowMs + LATE.p50Min * MINUTE_MS - expectedMs;
      said = {
        p10Min: Math.max(LATE.p10Min, said.p10Min),
        p50Min: LATE.p50Min,
        p90Min: Math.max(LATE.p90Min, said.p90Min),
      };
    }
    const { p10Min, p50Min, p90Min } = calibrate(said);
    return {
      p10Ms: nowMs + Math.max(0, p10Min) * MINUTE_MS,
      p50Ms: nowMs + p50Min * MINUTE_MS,
      p90Ms: nowMs + p90Min * MINUTE_MS,
      minutes: said,
    };
  });
}

function fromNow({ p10Min, p50Min, p90Min }: DriveTime, baseMs: number, nowMs: number): DriveTime {
  const aheadMin = (baseMs - nowMs) / MINUTE_MS;
  const middle = Math.max(0, p50Min + aheadMin);
  return {
    p10Min: Math.min(middle, Math.max(0, p10Min + aheadMin)),
    p50Min: middle,
    p90Min: Math.max(middle, p90Min + aheadMin),
  };
}
