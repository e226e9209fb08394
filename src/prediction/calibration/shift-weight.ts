import type { Lived } from '../lanes/paces.ts';
import { clockAt, type SurvivalClock, SurvivalTable } from '../lanes/survival-table.ts';
import type { CURVE_SHARES } from './curve.ts';

/** Candidate weights of the level shift. */
export const SHIFT_WEIGHTS = [0.25, 0.5, 0.75, 1] as const;

/** The weight until losses favour another: it was best when the model learns of drift itself. */
const FIRST = SHIFT_WEIGHTS.indexOf(0.5);

/** Quantiles by which weights are compared. */
export const JUDGED_SHARES = [
  0.1, 0.5, 0.9,
] as const satisfies readonly (typeof CURVE_SHARES)[number][];

/** Daily decay of the losses: half after three weeks. */
const DAILY_DECAY = 0.5 ** (1 / 21);

/** With fewer parcels, the first weight stays. */
const COUNT_MIN = 150;

/** How much better than the first another weight's loss must be. */
const BETTER = 0.995;

interface ShiftWeightState {
  readonly losses: readonly number[];
  readonly count: number;
}

/**
 * How much weight the level shift gets. A shift is measured on parcels predicted a while ago. What
 * the model has learned since, from the same deliveries, would count twice; a model that learns
 * nothing in between needs the full shift. Pinball losses show which is the case.
 */
export class ShiftWeight {
  readonly #losses: number[];
  #count: number;
  #believed: number;

  constructor(state: ShiftWeightState = { losses: SHIFT_WEIGHTS.map(() => 0), count: 0 }) {
    this.#losses = [...state.losses];
    this.#count = state.count;
    this.#believed = this.#best();
  }

  get believed(): number {
    return this.#believed;
  }

  /**
   * Learns from a delivery. `predicted` has, for each candidate weight, the ln(days + 1) at each of
   * `JUDGED_SHARES`; `days` is the time that the parcel really took.
   */
  record(predicted: readonly (readonly number[])[], days: number): void {
    for (const [index, quantiles] of predicted.entries()) {
      let loss = 0;
      for (const [at, share] of JUDGED_SHARES.entries()) {
        const over = Math.log(days + 1) - (quantiles[at] ?? 0);
        loss += Math.max(share * over, (share - 1) * over);
      }
      this.#losses[index] = (this.#losses[index] ?? 0) + loss;
    }
    this.#count += 1;
  }

  closeDay(): void {
    for (const index of this.#losses.keys())
      this.#losses[index] = (this.#losses[index] ?? 0) * DAILY_DECAY;
    this.#count *= DAILY_DECAY;
    this.#believed = this.#best();
  }

  state(): ShiftWeightState {
    return { losses: [...this.#losses], count: this.#count };
  }

  #best(): number {
    let best: number = FIRST;
    if (this.#count < COUNT_MIN) return SHIFT_WEIGHTS[best] ?? 0;
    for (const [index, loss] of this.#losses.entries()) {
      const bar = (this.#losses[best] ?? 0) * (best === FIRST ? BETTER : 1);
      if (loss < bar) best = index;
    }
    return SHIFT_WEIGHTS[best] ?? 0;
  }
}

/**
 * The clock of the model's own shares: a parcel that arrives at 0.5 came when half of such parcels
 * were expected.
 */
export const SHARE_CLOCK: SurvivalClock = { bins: 40, first: 0, binWidth: 1 / 40, halfLifeDays: 7 };

/**
 * Weight of the assumption that the model is right, in each bin of the table of all parcels. In
 * parcels.
 */
const RIGHT_WEIGHT = 20;

/** Weight of the table of all parcels in each bin of a group's table, in parcels. */
const ALL_WEIGHT = 60;

/** The hazards of a correct model: its shares are reached exactly as predicted. */
const RIGHT = Float64Array.from({ length: SHARE_CLOCK.bins }, (_, bin) => {
  const left = (share: number) => Math.max(1 - share, 1e-3);
  return Math.log(left(bin / SHARE_CLOCK.bins) / left((bin + 1) / SHARE_CLOCK.bins));
});

const ALL = '';

/**
 * Measures where on the model's curve parcels have really arrived recently, overall and in each
 * group. It is a life table on the clock of the model's own shares, so that parcels still under way
 * count correctly.
 */
export class LevelShift {
  readonly #tables: Map<string, SurvivalTable>;

  constructor(tables: Map<string, SurvivalTable> = new Map()) {
    this.#tables = tables;
  }

  live(group: string, { day, from, to, isDelivered, weight }: Lived): void {
    for (const key of group === ALL ? [ALL] : [ALL, group]) {
      const counts = key === ALL ? weight : 1;
      const table = this.#tables.get(key) ?? new SurvivalTable(SHARE_CLOCK, day);
      this.#tables.set(key, table);
      table.fadeTo(day);
      table.expose(from, to, counts);
      if (isDelivered) table.deliver(to, counts);
    }
  }

  /**
   * Returns a function from a wanted share to the share at which the model's curve must be read, if
   * the shift is fully trusted.
   */
  reader(group: string, day: number): (wanted: number) => number {
    const all = this.#tables.get(ALL)?.hazards(RIGHT, RIGHT_WEIGHT, day) ?? RIGHT;
    const own = this.#tables.get(group)?.hazards(all, ALL_WEIGHT, day) ?? all;
    return (wanted) => clockAt(SHARE_CLOCK, own, wanted);
  }

  entries(): [string, SurvivalTable][] {
    return [...this.#tables];
  }
}
