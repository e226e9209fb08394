/** Errors beyond this are of lost parcels, not of dates. */
const ERROR_DAYS_MAX = 40;
/** A mean error within this is nobody's concern: the median is the best date. */
const TOLERATED_DAYS = 0.15;
/** Moved by a day whose mean error was one day too late beyond what is tolerated. */
const PER_DAY = 0.02;
const LEAN_MAX = 0.5;
/** Yesterday's weight in the mean error, half of it after two weeks. */
const KEPT = 0.5 ** (1 / 14);
/** Parcels' worth of "no error" in the mean. */
const NONE_WEIGHT = 100;

export interface LeanState {
  readonly lean: number;
  readonly errors: number;
  readonly count: number;
}

/**
 * Where between median and mean the date is taken. Times in transit have a long tail, so that the
 * median, though the closest date, comes true late more than early on balance; where that adds up
 * to days, dates lean to the mean.
 */
export class PointLean {
  #lean: number;
  #errors: number;
  #count: number;

  constructor(state: LeanState = { lean: 0, errors: 0, count: 0 }) {
    this.#lean = state.lean;
    this.#errors = state.errors;
    this.#count = state.count;
  }

  get lean(): number {
    return this.#lean;
  }

  hear(errorDays: number): void {
    this.#errors += Math.min(Math.max(errorDays, -ERROR_DAYS_MAX), ERROR_DAYS_MAX);
    this.#count += 1;
  }

  closeDay(): void {
    const mean = this.#errors / (this.#count + NONE_WEIGHT);
    const beyond = Math.sign(mean) * Math.max(0, Math.abs(mean) - TOLERATED_DAYS);
    this.#lean = Math.min(Math.max(this.#lean + PER_DAY * beyond, 0), LEAN_MAX);
    this.#errors *= KEPT;
    this.#count *= KEPT;
  }

  state(): LeanState {
    return { lean: this.#lean, errors: this.#errors, count: this.#count };
  }
}
