import { type DriveTime, MINUTE_MS } from '../road/ride/ride.ts';

/** A stop that is still to come. */
export interface StopAhead {
  /** The drive from the previous place. */
  readonly drive: DriveTime;
  /** The time from arrival to handover. */
  readonly dwell: DriveTime;
  /** No handover before this time, epoch ms; null: any time. */
  readonly opensMs: number | null;
}

/** When a stop's parcels are handed over: one in ten, half and nine in ten by then. Epoch ms. */
export interface StopTime {
  readonly p10Ms: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  /** Computed minutes from now, the input of calibration. */
  readonly minutes: DriveTime;
}

/** Stretches a window by earlier results. */
type Calibrate = (minutes: DriveTime) => DriveTime;

/** The minutes within which an overdue courier is expected. */
const LATE = { p10Min: 0.5, p50Min: 2, p90Min: 8 } as const;

/**
 * When a courier is at each stop: the sum of all drives and stops before it; a courier who waits
 * for a window to open starts again from there. Never before now: a late courier delays all later
 * stops. Pure.
 *
 * @param startMs when the courier was at the start of the first drive: the time of the newest
 *   position, or of the last stop.
 */
export function stopTimes(
  startMs: number,
  nowMs: number,
  stops: readonly StopAhead[],
  calibrate: Calibrate = (minutes) => minutes,
): StopTime[] {
  let baseMs = startMs;
  let parts: DriveTime[] = [];
  return stops.map(({ drive, dwell, opensMs }, index) => {
    const arrival = sumOfTimes([...parts, drive]);
    if (opensMs !== null && baseMs + arrival.p50Min * MINUTE_MS < opensMs) {
      baseMs = opensMs;
      parts = [dwell];
    } else {
      parts = [...parts, drive, dwell];
    }
    const sum = sumOfTimes(parts);
    let predicted = fromNow(sum, baseMs, nowMs);
    if (index === 0 && predicted.p50Min < LATE.p50Min) {
      // An overdue stop is about to be done, and all later ones move by as much.
      const expectedMs = baseMs + sum.p50Min * MINUTE_MS;
      if (expectedMs < nowMs) baseMs += nowMs + LATE.p50Min * MINUTE_MS - expectedMs;
      predicted = {
        p10Min: Math.max(LATE.p10Min, predicted.p10Min),
        p50Min: LATE.p50Min,
        p90Min: Math.max(LATE.p90Min, predicted.p90Min),
      };
    }
    const { p10Min, p50Min, p90Min } = calibrate(predicted);
    return {
      p10Ms: nowMs + Math.max(0, p10Min) * MINUTE_MS,
      p50Ms: nowMs + p50Min * MINUTE_MS,
      p90Ms: nowMs + p90Min * MINUTE_MS,
      minutes: predicted,
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

/**
 * The number of standard deviations from the middle to either end of a window that contains eight
 * of ten.
 */
const Z = 1.281_55;
/**
 * Correlation of the times within a round: traffic on one leg also affects the next. With
 * independent legs, windows of far stops would be much too narrow.
 */
const CORRELATION = 0.25;
const LEAST_MIN = 0.05;

/** The distribution of a sum of times; each part is treated as log-normal, and so is the sum. */
export function sumOfTimes(parts: readonly DriveTime[]): DriveTime {
  let mean = 0;
  let squares = 0;
  let deviations = 0;
  for (const { p10Min, p50Min, p90Min } of parts) {
    const middle = Math.max(p50Min, LEAST_MIN);
    const low = Math.min(Math.max(p10Min, LEAST_MIN / 10), middle);
    const sigma = Math.log(Math.max(p90Min, middle) / low) / (2 * Z);
    const expected = middle * Math.exp(sigma ** 2 / 2);
    const deviation = expected * Math.sqrt(Math.expm1(sigma ** 2));
    mean += expected;
    squares += deviation ** 2;
    deviations += deviation;
  }
  if (mean === 0) return { p10Min: 0, p50Min: 0, p90Min: 0 };
  const variance = (1 - CORRELATION) * squares + CORRELATION * deviations ** 2;
  const sigma = Math.sqrt(Math.log1p(variance / mean ** 2));
  const p50Min = mean * Math.exp(-(sigma ** 2) / 2);
  return { p10Min: p50Min * Math.exp(-Z * sigma), p50Min, p90Min: p50Min * Math.exp(Z * sigma) };
}
