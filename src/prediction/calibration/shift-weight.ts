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

export interface ShiftWeightState {
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
  hear(predicted: readonly (readonly number[])[], days: number): void {
    for (const [nr, quantiles] of predicted.entries()) {
      let loss = 0;
      for (const [at, share] of JUDGED_SHARES.entries()) {
        const over = Math.log(days + 1) - (quantiles[at] ?? 0);
        loss += Math.max(share * over, (share - 1) * over);
      }
      this.#losses[nr] = (this.#losses[nr] ?? 0) + loss;
    }
    this.#count += 1;
  }

  closeDay(): void {
    for (const nr of this.#losses.keys()) this.#losses[nr] = (this.#losses[nr] ?? 0) * DAILY_DECAY;
    this.#count *= DAILY_DECAY;
    this.#believed = this.#best();
  }

  state(): ShiftWeightState {
    return { losses: [...this.#losses], count: this.#count };
  }

  #best(): number {
    let best: number = FIRST;
    if (this.#count < COUNT_MIN) return SHIFT_WEIGHTS[best] ?? 0;
    for (const [nr, loss] of this.#losses.entries()) {
      const bar = (this.#losses[best] ?? 0) * (best === FIRST ? BETTER : 1);
      if (loss < bar) best = nr;
    }
    return SHIFT_WEIGHTS[best] ?? 0;
  }
}
