/** A target rate, and how far the nominal share may move to reach it. */
export interface RateTarget {
  /** The target share of misses. */
  readonly wanted: number;
  /** The minimum and maximum share to aim at. */
  readonly least: number;
  readonly most: number;
}

/** How much one day moves the share aimed at. */
export interface Pace {
  readonly all: number;
  readonly group: number;
}

/**
 * A day without misses raises the share aimed at by this much; one with twice as many lowers it.
 * The common level moves slowly: a common error is a change of pace, which the level shift detects
 * weeks before the misses do, and what was learned from a bad month would otherwise be applied to
 * the good one after it.
 */
const PER_DAY: Pace = { all: 0.006, group: 0.02 };
/** Number of parcels at which a day's rate has half its weight. */
const HALF_BELIEVED = 20;
/** Caps a day with only misses at this multiple of the target. */
const EXCESS_MAX = 3;
const ALL = '';

/**
 * Adaptive conformal inference (Gibbs and Candès 2021) by the day: each day's misses move the
 * share aimed at next, for all parcels and for each group, so that in the long run the target
 * share is missed, whatever the model does. By the day and not by the parcel, because outcomes
 * come days later: many parcels a day would make it oscillate. Multiplicative and not additive,
 * because rare misses would otherwise move it far at once and recover slowly.
 */
export class RateController {
  readonly #keeping: RateTarget;
  readonly #pace: Pace;
  /** ln(share aimed at / target share), for all and additionally for each group. */
  readonly #levels: Map<string, number>;
  readonly #today = new Map<string, { misses: number; count: number }>();

  constructor(keeping: RateTarget, levels: Map<string, number> = new Map(), pace: Pace = PER_DAY) {
    this.#keeping = keeping;
    this.#pace = pace;
    this.#levels = levels;
  }

  record(group: string, isMiss: boolean): void {
    for (const key of group === ALL ? [ALL] : [ALL, group]) {
      const tally = this.#today.get(key) ?? { misses: 0, count: 0 };
      tally.misses += isMiss ? 1 : 0;
      tally.count += 1;
      this.#today.set(key, tally);
    }
  }

  closeDay(): void {
    const { wanted, least, most } = this.#keeping;
    for (const [key, { misses, count }] of this.#today) {
      const excess = Math.min((misses / count - wanted) / wanted, EXCESS_MAX);
      const perDay = key === ALL ? this.#pace.all : this.#pace.group;
      const step = perDay * excess * (count / (count + HALF_BELIEVED));
      const level = (this.#levels.get(key) ?? 0) - step;
      this.#levels.set(
        key,
        Math.min(Math.max(level, Math.log(least / wanted)), Math.log(most / wanted)),
      );
    }
    this.#today.clear();
  }

  /** The share of misses that predictions for this group should aim at. */
  aim(group: string): number {
    const { wanted, least, most } = this.#keeping;
    const own = group === ALL ? 0 : (this.#levels.get(group) ?? 0);
    const aim = wanted * Math.exp((this.#levels.get(ALL) ?? 0) + own);
    return Math.min(Math.max(aim, least), most);
  }

  entries(): [string, number][] {
    return [...this.#levels];
  }
}
