/**
 * How long a search may go on. `spent` answers the part of the budget that is used up, from 0; at 1
 * the search ends. By iterations the same seed gives the same answer on every machine, by processor
 * time it depends on how fast that is.
 */
export interface Labour {
  readonly seed: number;
  /** Called at least once an iteration, with the number of iterations done. */
  readonly spent: (iterations: number) => number;
}

export function byIterations(iterations: number, seed: number): Labour {
  return { seed, spent: (done) => (iterations <= 0 ? 1 : done / iterations) };
}

/** `usedMs` tells the time used so far; asking costs, so only one call in `every` does. */
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
