/** A block is a quarter of a day. Of each `CYCLE` blocks, those in `HELD` are held back. */
const BLOCK_MS = 6 * 3_600_000;
const CYCLE = 13;
const HELD = [3, 9];

/**
 * Whether a ride is in the seventh that calibrates the others' confidence. Quarters of days,
 * spread over all hours and days of the week: a Tuesday says nothing about the window of a
 * Saturday night.
 */
export function isHeldBack({ atMs }: { readonly atMs: number }): boolean {
  const place = Math.floor(atMs / BLOCK_MS) % CYCLE;
  return HELD.includes(place < 0 ? place + CYCLE : place);
}
