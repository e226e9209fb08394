/** The width of a bin: 3 % of a transit time, which is finer than a median of days can show. */
const BIN_WIDTH = 0.03;
/** The number of bins: up to e^6 days, more than a year. */
export const LOG_BINS = 200;

/** A histogram of transit times, for medians that change with every delivery. */
export class LogHistogram {
  readonly #counts = new Map<number, number>();
  #size = 0;
  #median: number | null = null;

  get size(): number {
    return this.#size;
  }

  add(value: number, times = 1): void {
    const bin = Math.min(Math.max(Math.floor(value / BIN_WIDTH), 0), LOG_BINS - 1);
    this.#counts.set(bin, (this.#counts.get(bin) ?? 0) + times);
    this.#size += times;
    this.#median = null;
  }

  /** The median of ln(days + 1); NaN without data. */
  median(): number {
    this.#median ??= this.#findMedian();
    return this.#median;
  }

  /** The non-empty bins as [bin, count]. */
  entries(): [number, number][] {
    return [...this.#counts].sort(([a], [b]) => a - b);
  }

  /** Restores a histogram from the output of `entries`. */
  static from(entries: readonly (readonly [number, number])[]): LogHistogram {
    const histogram = new LogHistogram();
    for (const [bin, count] of entries) histogram.add((bin + 0.5) * BIN_WIDTH, count);
    return histogram;
  }

  #findMedian(): number {
    let before = 0;
    for (const [bin, count] of this.entries()) {
      if (before + count >= this.#size / 2) {
        return (bin + (this.#size / 2 - before) / count) * BIN_WIDTH;
      }
      before += count;
    }
    return NaN;
  }
}
