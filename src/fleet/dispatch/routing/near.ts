/**
 * Lists, for each of the first `count` of `nodes` nodes, its `most` nearest others, nearest first:
 * row by row, with `width` entries in a row. Of the two directions between nodes, the shorter
 * counts.
 */
export function nearLists(
  cost: Float64Array,
  nodes: number,
  count: number,
  most: number,
): { readonly lists: Int32Array; readonly width: number } {
  const width = Math.max(0, Math.min(most, count - 1));
  const lists = new Int32Array(count * width);
  const far = new Float64Array(width);
  for (let node = 0; node < count; node += 1) {
    const row = node * width;
    let filled = 0;
    for (let other = 0; other < count; other += 1) {
      if (other === node) continue;
      const there = cost[node * nodes + other] as number;
      const back = cost[other * nodes + node] as number;
      const distance = Math.min(there, back);
      if (filled === width && distance >= (far[width - 1] as number)) continue;
      let at = filled < width ? filled : width - 1;
      while (at > 0 && (far[at - 1] as number) > distance) {
        far[at] = far[at - 1] as number;
        lists[row + at] = lists[row + at - 1] as number;
        at -= 1;
      }
      far[at] = distance;
      lists[row + at] = other;
      if (filled < width) filled += 1;
    }
  }
  return { lists, width };
}

/**
 * Limits a search. `spent` returns the used part of the budget, from 0; at 1 the search ends. If
 * the budget is iterations, the same seed gives the same answer on every machine; if it is CPU
 * time, the answer depends on the machine's speed.
 */
export interface SearchBudget {
  readonly seed: number;
  /**
   * Returns the used part of the budget. Called at least once an iteration, with the number of
   * iterations done.
   */
  readonly spent: (iterations: number) => number;
}

export function byIterations(iterations: number, seed: number): SearchBudget {
  return { seed, spent: (done) => (iterations <= 0 ? 1 : done / iterations) };
}

/**
 * Limits a search by time. `usedMs` returns the time used so far; reading it is expensive, so only
 * one call in `every` does.
 */
export function byTime(
  usedMs: () => number,
  limitMs: number,
  seed: number,
  every = 16,
): SearchBudget {
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
