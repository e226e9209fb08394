/** The number of days that are stored: older ones are never queried. */
const WINDOW_DAYS = 91;

/** Sums by day of one group, for the last quarter of a year; days come in order. */
export class DaySums {
  readonly #days: number[] = [];
  readonly #sums: number[] = [];
  readonly #counts: number[] = [];

  add(day: number, value: number, count = 1): void {
    const last = this.#days.length - 1;
    if (this.#days[last] === day) {
      this.#sums[last] = (this.#sums[last] ?? 0) + value;
      this.#counts[last] = (this.#counts[last] ?? 0) + count;
      return;
    }
    this.#days.push(day);
    this.#sums.push(value);
    this.#counts.push(count);
    this.#drop(day - WINDOW_DAYS);
  }

  /** Totals of the last days up to `day`, for each of `spans`, short ones first. */
  over(day: number, spans: readonly number[]): { readonly sum: number; readonly count: number }[] {
    const found: { sum: number; count: number }[] = [];
    let sum = 0;
    let count = 0;
    let at = this.#days.length - 1;
    for (const span of spans) {
      for (; at >= 0 && (this.#days[at] ?? 0) > day - span; at -= 1) {
        sum += this.#sums[at] ?? 0;
        count += this.#counts[at] ?? 0;
      }
      found.push({ sum, count });
    }
    return found;
  }

  /** [day, sum, count] of each stored day. */
  entries(): [number, number, number][] {
    return this.#days.map((day, nr) => [day, this.#sums[nr] ?? 0, this.#counts[nr] ?? 0]);
  }

  #drop(before: number): void {
    let old = 0;
    while ((this.#days[old] ?? before) < before) old += 1;
    if (old < WINDOW_DAYS) return; // Removing is rare, and then removes many at once.
    this.#days.splice(0, old);
    this.#sums.splice(0, old);
    this.#counts.splice(0, old);
  }
}
