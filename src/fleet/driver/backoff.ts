const FIRST_MS = 2_000;
const LONGEST_MS = 300_000;

/**
 * The wait after `failures` consecutive failures, in milliseconds: 2 s, 4 s, 8 s, … 5 min, each
 * randomly up to half shorter. Never less than the hub asked for.
 *
 * @param failures from 1.
 * @param random from 0 to 1.
 * @param retryAfterMs what the answer asked for; null: nothing.
 */
export function backoffMs(failures: number, random: number, retryAfterMs: number | null): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 20));
  return Math.max(Math.round(full * (1 - random / 2)), retryAfterMs ?? 0);
}
