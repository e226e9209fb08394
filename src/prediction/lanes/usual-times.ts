import type { GroupKeys } from './groups.ts';
import { LogHistogram } from './log-histogram.ts';

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
    return levels(keys).reduce((sum, key, nr) => {
      const worth = (ALIKE[nr] ?? 0) * (this.#groups.get(key)?.size ?? 0);
      return sum + (nr === 0 ? Math.min(worth, ELSEWHERE_MAX) : worth);
    }, 0);
  }

  entries(): [string, LogHistogram][] {
    return [...this.#groups];
  }
}

function levels({ destination, lane }: GroupKeys): readonly [string, string, string] {
  return ['all', `d${destination}`, `l${lane}`];
}
