/**
 * How often a test draws at random: `all` of it in `npm run test:all -- random`, which runs the files
 * that import this; in `npm test` a tenth, `atLeast` so many. The seed is the same, so the tenth is the
 * beginning of the whole.
 */
export function runs(all: number, atLeast = 50): number {
  if (process.env['WAYBILL_TEST_RUNS'] === 'all') return all;
  return Math.min(all, Math.max(atLeast, Math.ceil(all / 10)));
}

/** So many of a long list, evenly spread; all of them where `runs` says so. */
export function someOf<T>(all: readonly T[], atLeast?: number): readonly T[] {
  const step = all.length / runs(all.length, atLeast);
  return all.filter((_, nr) => Math.floor(nr / step) > Math.floor((nr - 1) / step));
}
