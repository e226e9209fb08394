interface Sum {
  sum: number;
  count: number;
}

/**
 * How much slower than expected rides with a common property are: a courier, a corner. The mean of
 * the logarithms, shrunk toward zero by `pull` rides, so that few have little effect.
 */
export class Effects<Key extends string | number> {
  readonly #pull: number;
  readonly #all: Map<Key, Sum>;
  /** During training: the same for each day, so that a day can be left out. */
  readonly #days = new Map<Key, Map<number, Sum>>();

  constructor(pull: number, entries: readonly (readonly [Key, number, number])[] = []) {
    this.#pull = pull;
    this.#all = new Map(entries.map(([key, sum, count]) => [key, { sum, count }]));
  }

  hear(key: Key, residual: number): void {
    add(this.#all, key, residual);
  }

  hearOnDay(key: Key, day: number, residual: number): void {
    this.hear(key, residual);
    const days = this.#days.get(key) ?? new Map<number, Sum>();
    this.#days.set(key, days);
    add(days, day, residual);
  }

  of(key: Key): number {
    return this.#mean(this.#all.get(key), undefined);
  }

  /**
   * The effect by the other days: a ride that explained itself would make trees trust this too
   * much.
   */
  withoutDay(key: Key, day: number): number {
    return this.#mean(this.#all.get(key), this.#days.get(key)?.get(day));
  }

  /** The days are no longer needed. */
  forgetDays(): void {
    this.#days.clear();
  }

  entries(): [Key, number, number][] {
    return Array.from(this.#all, ([key, { sum, count }]) => [key, sum, count]);
  }

  #mean(all: Sum | undefined, without: Sum | undefined): number {
    const count = (all?.count ?? 0) - (without?.count ?? 0);
    return ((all?.sum ?? 0) - (without?.sum ?? 0)) / (count + this.#pull);
  }
}

function add<Key>(sums: Map<Key, Sum>, key: Key, value: number): void {
  const found = sums.get(key);
  if (found === undefined) sums.set(key, { sum: value, count: 1 });
  else {
    found.sum += value;
    found.count += 1;
  }
}
