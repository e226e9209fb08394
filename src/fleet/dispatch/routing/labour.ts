/**
 * Limits a search. `spent` returns the used part of the budget, from 0; at 1 the search ends. With
 * iterations, the same seed gives the same answer on every machine; with CPU time, it depends on
 * the machine's speed.
 */
export interface Labour {
  readonly seed: number;
  /** Called at least once an iteration, with the number of iterations done. */
  readonly spent: (iterations: number) => number;
}

export function byIterations(iterations: number, seed: number): Labour {
  return { seed, spent: (done) => (iterations <= 0 ? 1 : done / iterations) };
}

/**
 * `usedMs` returns the time used so far; reading it is expensive, so only one call in `every`
 * does.
 */
export function byTime(usedMs: () => number, limitMs: number, seed: number, every = 16): Labour {
  let calls = 0;
  let part = 0;
  return {
    seed,
    spent: () => {
      if (calls % every === 0) part = usedMs() / limitMs;
      calls += 1;
      return part;
    },
  };
}
