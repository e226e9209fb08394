import { Histogram, type HistogramConfiguration, type LabelValues } from 'prom-client';

/** One series of a histogram: adding to it is all that a request pays for. */
export interface Series {
  observe(value: number): void;
}

interface Counted<T extends string> extends Series {
  readonly labels: LabelValues<T>;
  /** The counts by bucket, not cumulated; one more than there are bounds. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/**
 * A histogram whose series are looked up once. prom-client's own checks and hashes the labels on
 * every observation, which takes a tenth of the time of a public look-up (docs/benchmarks.md,
 * lookup).
 */
export class LeanHistogram<T extends string> extends Histogram<T> {
  readonly #name: string;
  /** Provides the histogram's description in prom-client's own form. */
  readonly #empty: Histogram<T>;
  readonly #bounds: readonly number[];
  readonly #series: Counted<T>[] = [];

  constructor(configuration: HistogramConfiguration<T> & { readonly buckets: number[] }) {
    super(configuration);
    this.#name = configuration.name;
    this.#empty = new Histogram({ ...configuration, registers: [] });
    this.#bounds = configuration.buckets;
  }

  /** Returns a series. Call it once per set of labels, and store the result. */
  series(labels: LabelValues<T>): Series {
    const one = countIn(this.#bounds, labels);
    this.#series.push(one);
    return one;
  }

  /** Called by the registry on each scrape. */
  override async get() {
    return this.getForPromString();
  }

  /** The registry prefers this one; it has no public type. */
  async getForPromString(): ReturnType<Histogram<T>['get']> {
    const values = this.#series.flatMap(({ labels, counts, sum }) => {
      let total = 0;
      const buckets = counts.map((count, index) => {
        total += count;
        const le = this.#bounds[index] ?? '+Inf';
        return { labels: { le, ...labels }, value: total, metricName: `${this.#name}_bucket` };
      });
      return [
        ...buckets,
        { labels, value: sum, metricName: `${this.#name}_sum` },
        { labels, value: total, metricName: `${this.#name}_count` },
      ];
    });
    return { ...(await this.#empty.get()), values };
  }
}

/** Creates the counts of one combination of labels. */
function countIn<T extends string>(bounds: readonly number[], labels: LabelValues<T>): Counted<T> {
  const counts = Array.from({ length: bounds.length + 1 }, () => 0);
  let sum = 0;
  return {
    labels,
    counts,
    get sum() {
      return sum;
    },
    observe(value) {
      let index = 0;
      while (index < bounds.length && value > (bounds[index] ?? 0)) index += 1;
      counts[index] = (counts[index] ?? 0) + 1;
      sum += value;
    },
  };
}
