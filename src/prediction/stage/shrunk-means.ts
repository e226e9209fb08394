/** Weight of the wider group's mean in the narrower one's, in values. */
const WIDER_WEIGHT = 8;
/** The maximum count of a mean, so that means keep following changes. */
const COUNT_MAX = 300;
/**
 * The maximum number of groups. Names come from carriers; beyond this number new groups use the
 * wider ones.
 */
const GROUPS_MAX = 20_000;

/** [group, mean, count] */
export type MeanEntry = [string, number, number];

/** Means of a few figures by group, each shrunk toward the next wider one. */
export class ShrunkMeans {
  readonly #groups: Map<string, { mean: number; count: number }>;

  constructor(entries: readonly MeanEntry[] = []) {
    this.#groups = new Map(entries.map(([key, mean, count]) => [key, { mean, count }]));
  }

  /** @param groups from the widest to the narrowest. */
  add(groups: readonly string[], value: number): void {
    for (const key of groups) {
      const known = this.#groups.get(key) ?? { mean: 0, count: 0 };
      if (known.count === 0 && this.#groups.size >= GROUPS_MAX) continue;
      known.count = Math.min(known.count + 1, COUNT_MAX);
      known.mean += (value - known.mean) / known.count;
      this.#groups.set(key, known);
    }
  }

  /** The shrunk mean of the narrowest group; NaN if none of the groups is known. */
  of(groups: readonly string[]): number {
    let mean = NaN;
    for (const key of groups) {
      const own = this.#groups.get(key);
      if (own === undefined) continue;
      mean = Number.isNaN(mean)
        ? own.mean
        : (own.mean * own.count + mean * WIDER_WEIGHT) / (own.count + WIDER_WEIGHT);
    }
    return mean;
  }

  /** The groups with the most data. */
  entries(most: number): MeanEntry[] {
    return [...this.#groups]
      .map(([key, { mean, count }]): MeanEntry => [key, mean, count])
      .sort(([a, , m], [b, , n]) => n - m || (a < b ? -1 : 1))
      .slice(0, most);
  }
}
