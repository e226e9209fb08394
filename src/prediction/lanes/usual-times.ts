import type { GroupKeys } from './groups.ts';

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

/** The usual time before the first delivery anywhere: five days, as ln(days + 1). */
const UNKNOWN = Math.log(5 + 1);
/** Weight of the wider group's median in the narrower one's, in deliveries. */
const WIDER_WEIGHT = 10;
/** Weight of that first guess in the median of all parcels, in deliveries. */
const FIRST_GUESS_WEIGHT = 3;

/** How much a delivery anywhere, to the same destination and on the same lane says about a lane. */
const ALIKE = [0.01, 0.2, 1] as const;
/**
 * The maximum support from other places: however many deliveries there are elsewhere, they say next
 * to nothing about a place without any.
 */
const ELSEWHERE_MAX = 3;

/** The usual transit time: medians over all history by lane, shrunk toward destination and all. */
export class UsualTimes {
  readonly #groups: Map<string, LogHistogram>;

  constructor(groups: Map<string, LogHistogram> = new Map()) {
    this.#groups = groups;
  }

  add(keys: GroupKeys, logDays: number): void {
    for (const key of levels(keys)) {
      const histogram = this.#groups.get(key) ?? new LogHistogram();
      histogram.add(logDays);
      this.#groups.set(key, histogram);
    }
  }

  of(keys: GroupKeys): number {
    let usual = UNKNOWN;
    let weight = FIRST_GUESS_WEIGHT;
    for (const key of levels(keys)) {
      const histogram = this.#groups.get(key);
      if (histogram !== undefined) {
        const { size } = histogram;
        usual = (histogram.median() * size + usual * weight) / (size + weight);
      }
      weight = WIDER_WEIGHT;
    }
    return usual;
  }

  /**
   * The effective number of deliveries behind the usual time: those of the lane, and those of wider
   * groups by their similarity.
   */
  support(keys: GroupKeys): number {
    return levels(keys).reduce((sum, key, index) => {
      const worth = (ALIKE[index] ?? 0) * (this.#groups.get(key)?.size ?? 0);
      return sum + (index === 0 ? Math.min(worth, ELSEWHERE_MAX) : worth);
    }, 0);
  }

  entries(): [string, LogHistogram][] {
    return [...this.#groups];
  }
}

function levels({ destination, lane }: GroupKeys): readonly [string, string, string] {
  return ['all', `d${destination}`, `l${lane}`];
}
