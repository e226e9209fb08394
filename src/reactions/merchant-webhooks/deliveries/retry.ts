/**
 * When a failed delivery is retried: soon enough that a deployment of the receiver goes unnoticed,
 * and for about three days, so that an outage over a weekend loses nothing. In seconds, before
 * jitter: 3, 20, then growing to half a day; together 71 hours.
 */
const WAITS_S = [
  3, 20, 120, 600, 1_800, 3_600, 7_200, 14_400, 21_600, 28_800, 43_200, 43_200, 43_200, 43_200,
];

/** The wait before the first retry: a person may be watching. */
const FIRST_S = { min: 2, max: 3.9 };
const SECOND_S = { min: 10, max: 28 };
const JITTER = 0.2;

/** The number of tries after which a delivery is dead. */
export const TRIES_MAX = WAITS_S.length + 1;

/**
 * The wait after the `tries`-th try failed; null: it was the last. Pure.
 *
 * @param random from 0 to below 1.
 */
export function retryAfterMs(tries: number, random: number): number | null {
  if (tries === 1) return randomMs(FIRST_S, random);
  if (tries === 2) return randomMs(SECOND_S, random);
  const waitS = WAITS_S[tries - 1];
  if (waitS === undefined) return null;
  return randomMs({ min: waitS * (1 - JITTER), max: waitS * (1 + JITTER) }, random);
}

/** Returns a time between two numbers of seconds, in milliseconds. */
function randomMs({ min, max }: { min: number; max: number }, random: number): number {
  return Math.round((min + (max - min) * random) * 1_000);
}

/** The longest wait we accept: a receiver that wants no more deliveries answers 410. */
export const RETRY_AFTER_MS_MAX = 3_600_000;

/**
 * Reads `Retry-After` as a wait in milliseconds: seconds or a date (RFC 9110, 10.2.3). Null: none,
 * or unreadable.
 */
export function readRetryAfter(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  const text = header.trim();
  const isDate = /^[A-Za-z]{3,9},? /.test(text);
  // `Date.parse` reads nearly anything, "-5" as a year.
  const ms = /^\d{1,9}$/.test(text)
    ? Number(text) * 1_000
    : (isDate ? Date.parse(text) : Number.NaN) - nowMs;
  if (Number.isNaN(ms)) return null;
  return Math.min(Math.max(0, ms), RETRY_AFTER_MS_MAX);
}
