import type { DriveTime } from '../road/ride/ride.ts';

/**
 * The number of standard deviations from the middle to either end of a window that contains eight
 * of ten.
 */
const Z = 1.281_55;
/**
 * Correlation of the times within a round: traffic on one leg also affects the next. With
 * independent legs, windows of far stops would be much too narrow.
 */
const TOGETHER = 0.25;
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
  const variance = (1 - TOGETHER) * squares + TOGETHER * deviations ** 2;
  const sigma = Math.sqrt(Math.log1p(variance / mean ** 2));
  const p50Min = mean * Math.exp(-(sigma ** 2) / 2);
  return { p10Min: p50Min * Math.exp(-Z * sigma), p50Min, p90Min: p50Min * Math.exp(Z * sigma) };
}
