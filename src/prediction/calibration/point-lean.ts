/** Larger errors come from lost parcels, not from dates. */
const ERROR_DAYS_MAX = 40;
/** A mean error within this does not matter: the median is the closest date. */
const TOLERATED_DAYS = 0.05;
/** A date farther from the median is seldom right. */
const LEAN_MAX = 0.4;
/** Daily decay of the mean errors: half after two weeks. */
const DAILY_DECAY = 0.5 ** (1 / 14);
/** Weight of "no error" in them, in parcels. */
const NONE_WEIGHT = 50;

interface LeanState {
  /** Sums of the errors that a date would have made: at the median, and at the mean. */
  readonly atMedian: number;
  readonly atMean: number;
  readonly count: number;
}

/**
 * Where between median and mean to put the date. Transit times have a long tail, so that the
 * median, though the closest date, is late more often than early on balance; when that has
 * recently exceeded the tolerance, dates move toward the mean as far as necessary.
 */
export class PointLean {
  #atMedian: number;
  #atMean: number;
  #count: number;
  #lean: number;

  constructor(state: LeanState = { atMedian: 0, atMean: 0, count: 0 }) {
    this.#atMedian = state.atMedian;
    this.#atMean = state.atMean;
    this.#count = state.count;
    this.#lean = this.#needed();
  }

  get lean(): number {
    return this.#lean;
  }

  record(atMedian: number, atMean: number): void {
    this.#atMedian += damped(atMedian);
    this.#atMean += damped(atMean);
    this.#count += 1;
  }

  closeDay(): void {
    this.#atMedian *= DAILY_DECAY;
    this.#atMean *= DAILY_DECAY;
    this.#count *= DAILY_DECAY;
    this.#lean = this.#needed();
  }

  state(): LeanState {
    return { atMedian: this.#atMedian, atMean: this.#atMean, count: this.#count };
  }

  #needed(): number {
    const believed = this.#count + NONE_WEIGHT;
    const excess = this.#atMedian / believed - TOLERATED_DAYS;
    const apart = (this.#atMedian - this.#atMean) / believed;
    if (excess <= 0 || apart <= 0) return 0;
    return Math.min(excess / apart, LEAN_MAX);
  }
}

function damped(errorDays: number): number {
  return Math.min(Math.max(errorDays, -ERROR_DAYS_MAX), ERROR_DAYS_MAX);
}
