interface Sum {
  sum: number;
  count: number;
}

/**
 * Measures how much slower than expected rides with a common property are, such as a courier or a
 * corner. It is the mean of the logarithms, shrunk toward zero by `pull` rides, so that few rides
 * have little effect.
 */
export class Effects<Key extends string | number> {
  readonly #pull: number;
  readonly #all: Map<Key, Sum>;
  /** The sums by day, only during training, so that a day can be left out. */
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
   * The effect by all other days. If a ride contributed to its own effect, trees would trust the
   * effect too much.
   */
  withoutDay(key: Key, day: number): number {
    return this.#mean(this.#all.get(key), this.#days.get(key)?.get(day));
  }

  /** Drops the sums by day, which are no longer needed after training. */
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
