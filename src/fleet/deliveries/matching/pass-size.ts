import { TOGETHER_MAX } from './assign-open.ts';

/** More are never planned together. */
const SIZE_MAX = 150;
/**
 * With fewer than two transactions' worth, most of the time is fixed cost: an overloaded machine
 * would do less and less.
 */
const SIZE_MIN = 2 * TOGETHER_MAX;
/** Then 99 of 100 passes take half a second at most, well within the lease. */
const TAKES_MS = 300;

/** The size of the first pass, with no measurement yet. */
export const FIRST_PASS_SIZE = 50;

/**
 * The size of the next pass: as many as the last would have had time for, and at most twice as
 * many. Pure.
 *
 * @param size the limit of the last pass.
 */
export function nextPassSize(
  size: number,
  { looked, tookMs }: { readonly looked: number; readonly tookMs: number },
): number {
  // With few, most of the time is fixed cost.
  if (looked < size && tookMs <= TAKES_MS) return size;
  const fits = Math.floor((Math.max(looked, 1) * TAKES_MS) / Math.max(tookMs, 1));
  return Math.max(SIZE_MIN, Math.min(SIZE_MAX, 2 * size, fits));
}
