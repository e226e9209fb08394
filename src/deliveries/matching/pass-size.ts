import { TOGETHER_MAX } from './assign-open.ts';

/** More are never planned together. */
const SIZE_MAX = 150;
/**
 * Of fewer than are written in two transactions, most of the time is what any look takes: a machine with too much
 * to do would get less and less done.
 */
const SIZE_MIN = 2 * TOGETHER_MAX;
/** Then 99 of 100 looks are to take half a second at most, and the lease of what they took is far from over. */
const TAKES_MS = 300;

/** What a look takes that knows nothing of the machine yet. */
export const FIRST_PASS_SIZE = 50;

/**
 * How many deliveries the next look takes: as many as the last would have had the time for, and at most twice as
 * many. Pure.
 *
 * @param size what it might take.
 */
export function nextPassSize(
  size: number,
  { looked, tookMs }: { readonly looked: number; readonly tookMs: number },
): number {
  // Of few, most of the time is what any look takes.
  if (looked < size && tookMs <= TAKES_MS) return size;
  const fits = Math.floor((Math.max(looked, 1) * TAKES_MS) / Math.max(tookMs, 1));
  return Math.max(SIZE_MIN, Math.min(SIZE_MAX, 2 * size, fits));
}
