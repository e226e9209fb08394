/** How a rate is kept: what is wanted, and how far the nominal share may be moved for it. */
export interface RateTarget {
  /** The share of misses that is wanted. */
  readonly wanted: number;
  /** The least and the most that may be aimed at to get it. */
  readonly least: number;
  readonly most: number;
}

/** How much a day moves what is aimed at. */
export interface Pace {
  readonly all: number;
  readonly group: number;
}

/**
 * By so much a day without any miss raises the share aimed at; one with twice as many lowers it.
 * All move slowly: what they have in common is a change of pace, which the level shift sees weeks
 * before the misses do, and what was learned from a bad month would be used in the good one after.
 */
const PER_DAY: Pace = { all: 0.006, group: 0.02 };
/** A day's parcels at which its rate is believed by half. */
const HALF_BELIEVED = 20;
/** A day of misses only counts as one of so many times the wanted. */
const EXCESS_MAX = 3;
const ALL = '';

/**
 * Adaptive conformal inference (Gibbs and Candès 2021) by the day: each day's misses move the
 * share of misses aimed at next, all parcels' and each group's own, so that in the long run the
 * wanted share is missed, whatever the model does. By the day and not by the parcel, as outcomes
 * come days later: many parcels a day would else make it swing. In proportion and not by addition,
 * as rare misses would else push it far at once and be forgiven slowly.
 */
export class RateController {
  readonly #keeping: RateTarget;
  readonly #pace: Pace;
  /** ln(share aimed at / share wanted), of all and of each group beyond it. */
  readonly #levels: Map<string, number>;
  readonly #today = new Map<string, { misses: number; count: number }>();

  constructor(keeping: RateTarget, levels: Map<string, number> = new Map(), pace: Pace = PER_DAY) {
    this.#keeping = keeping;
    this.#pace = pace;
    this.#levels = levels;
  }

  hear(group: string, isMiss: boolean): void {
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

  /** The share of misses to aim at. */
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
