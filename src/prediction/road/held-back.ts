/** Quarters of a day, and in so many of them which are held back. */
const BLOCK_MS = 6 * 3_600_000;
const CYCLE = 13;
const HELD = [3, 9];

/**
 * Is a ride one of the seventh part that tells how sure the others are? Quarters of days, spread over
 * all hours and days of the week: what a window must hold on a Saturday night no Tuesday knows.
 */
export function isHeldBack({ atMs }: { readonly atMs: number }): boolean {
  const place = Math.floor(atMs / BLOCK_MS) % CYCLE;
  return HELD.includes(place < 0 ? place + CYCLE : place);
}
