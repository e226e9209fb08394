import type { GroupKeys } from './groups.ts';
import { LogHistogram } from './log-histogram.ts';

/** Before the first delivery anywhere: five days. */
const UNKNOWN = Math.log(5 + 1);
/** Deliveries' worth of the wider group's median in the narrower one's. */
const WIDER_WEIGHT = 10;
/** Deliveries under which a median of all is no more than a guess. */
const FIRST_GUESS_WEIGHT = 3;

/** What a delivery anywhere, to the same destination and on the same lane tells of a lane. */
const ALIKE = [0.01, 0.2, 1] as const;
/** However many there are elsewhere, of a place where none was they tell next to nothing. */
const ELSEWHERE_MAX = 3;

/** The usual time in transit: medians over all history by lane, shrunk to destination and all. */
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

  /** Deliveries it leans on: those of the lane, and of the wider groups as far as they are alike. */
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
