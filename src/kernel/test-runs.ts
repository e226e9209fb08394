/**
 * How many random cases a test draws: `all` of them in `npm run test:all -- random`, which runs the
 * files that import this; in `npm test` a tenth, but at least `atLeast`. The seed is the same, so
 * the tenth is the beginning of the whole.
 */
export function runs(all: number, atLeast = 50): number {
  if (isThorough()) return all;
  return Math.min(all, Math.max(atLeast, Math.ceil(all / 10)));
}

/** This many of a long list, evenly spread; all of them where `runs` says so. */
export function someOf<T>(all: readonly T[], atLeast?: number): readonly T[] {
  const step = all.length / runs(all.length, atLeast);
  return all.filter((_, index) => Math.floor(index / step) > Math.floor((index - 1) / step));
}

/**
 * Every `every`th item, beginning at another one for each `place`, so that each item occurs at some
 * place; all items at each place where `runs` says so.
 */
export function inTurn<T>(all: readonly T[], place: number, every: number): readonly T[] {
  return isThorough() ? all : all.filter((_, index) => (index + place) % every === 0);
}

function isThorough(): boolean {
  return process.env['WAYBILL_TEST_RUNS'] === 'all';
}

/**
 * Returns the processor time that this process spends on some work, in ms; unlike elapsed time, it
 * does not depend on what else the machine does.
 */
export function cpuMsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  return cpuMsSince(before);
}

/** The processor time of this process since `before` (from `process.cpuUsage()`), in ms. */
export function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
