/** Values' worth of the wider group's mean in the narrower one's. */
const WIDER_WEIGHT = 8;
/** No more than so many count: what has been learned follows what changes. */
const COUNT_MAX = 300;
/** Names come from carriers; beyond so many groups new ones have what the wider ones say. */
const GROUPS_MAX = 20_000;

/** [group, mean, count] */
export type MeanEntry = [string, number, number];

/** Means of a few figures by group, each helped out by the next wider one. */
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

  /** NaN while nothing is known of any of them. */
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

  /** The groups that most is known of, so many at most. */
  entries(most: number): MeanEntry[] {
    return [...this.#groups]
      .map(([key, { mean, count }]): MeanEntry => [key, mean, count])
      .sort(([a, , m], [b, , n]) => n - m || (a < b ? -1 : 1))
      .slice(0, most);
  }
}
