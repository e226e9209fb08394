import { type Curve, timeOf } from '../calibration/curve.ts';
import { type Pace, RateController, type RateTarget } from '../calibration/rate-controller.ts';

/** The ends of a window of 10 to 90 % when it was predicted; ln(days + an hour). */
export interface PredictedWindow {
  readonly from: number;
  readonly middle: number;
  readonly to: number;
  /** The days of the window that would be shown, in local time, since 1970-01-01. */
  readonly fromDay: number;
  readonly toDay: number;
}

/** Target shares before the window, after its middle and after its end; and limits of the aims. */
const EARLY: RateTarget = { wanted: 0.1, least: 0.04, most: 0.18 };
const LATER: RateTarget = { wanted: 0.5, least: 0.38, most: 0.62 };
const LATE: RateTarget = { wanted: 0.1, least: 0.04, most: 0.18 };
/**
 * A window of whole days begins before and ends after the curve's: it may leave out this much by
 * the curve. It always contains half, even if the shortest window, one day, contains too much.
 */
const MISSED_IN_DAYS: RateTarget = { wanted: 0.2, least: 0.06, most: 0.5 };

/**
 * Faster than at acceptance: a prediction made at a depot proves right or wrong a day later. A
 * rare group follows the others.
 */
const PACE: Pace = { all: 0.02, group: 0.1 };

const DAY_MS = 86_400_000;

export interface LevelsState {
  readonly day: number | null;
  readonly early: readonly (readonly [string, number])[];
  readonly later: readonly (readonly [string, number])[];
  readonly late: readonly (readonly [string, number])[];
  readonly days: readonly (readonly [string, number])[];
}

/**
 * At which shares to read curves, by group of moments, so that windows contain what they claim:
 * each day's deliveries before, after or beyond the middle of their predictions move these shares
 * a little, and so do those outside the days that would have been shown. Expects events in order
 * of time; learns from a day once it has ended.
 */
export class StageLevels {
  readonly #early: RateController;
  readonly #later: RateController;
  readonly #late: RateController;
  readonly #days: RateController;
  #day: number | null;

  constructor(state: Partial<LevelsState> = {}) {
    this.#early = new RateController(EARLY, mapOf(state.early), PACE);
    this.#later = new RateController(LATER, mapOf(state.later), PACE);
    this.#late = new RateController(LATE, mapOf(state.late), PACE);
    this.#days = new RateController(MISSED_IN_DAYS, mapOf(state.days), PACE);
    this.#day = state.day ?? null;
  }

  /** Returns a function from a wanted share to the share at which a curve must be read. */
  reader(group: string): (wanted: number) => number {
    const points = [
      [0, 0],
      [EARLY.wanted, this.#early.aim(group)],
      [1 - LATER.wanted, 1 - this.#later.aim(group)],
      [1 - LATE.wanted, 1 - this.#late.aim(group)],
      [1, 1],
    ] as const;
    return (wanted) => {
      const next = Math.max(
        points.findIndex(([share]) => share >= wanted),
        1,
      );
      const [from, to] = [points[next - 1] ?? points[0], points[next] ?? points[4]];
      return from[1] + ((wanted - from[0]) / (to[0] - from[0])) * (to[1] - from[1]);
    };
  }

  /** The window as it would be predicted now. */
  windowOf(group: string, curve: Curve): Pick<PredictedWindow, 'from' | 'middle' | 'to'> {
    const read = this.reader(group);
    const at = (share: number) => timeOf(curve, read(share));
    return { from: at(EARLY.wanted), middle: at(1 - LATER.wanted), to: at(1 - LATE.wanted) };
  }

  /**
   * The share that a window of whole days must miss by the calibrated curve, so that it misses a
   * fifth in reality.
   */
  missedInDays(group: string): number {
    return this.#days.aim(group);
  }

  /** Learns from the arrival of a parcel with that prediction; `actual` is ln(days + an hour). */
  record(
    group: string,
    { from, middle, to, fromDay, toDay }: PredictedWindow,
    actual: number,
    day: number,
  ): void {
    this.#days.record(group, day < fromDay || day > toDay);
    this.#early.record(group, actual < from);
    this.#later.record(group, actual > middle);
    this.#late.record(group, actual > to);
  }

  /** Learns from the last known day, if it has ended by then. */
  settle(nowMs: number): void {
    const today = Math.floor(nowMs / DAY_MS);
    if (this.#day !== null && this.#day < today) {
      for (const controller of [this.#early, this.#later, this.#late, this.#days])
        controller.closeDay();
    }
    this.#day = Math.max(this.#day ?? today, today);
  }

  state(): LevelsState {
    return {
      day: this.#day,
      early: this.#early.entries(),
      later: this.#later.entries(),
      late: this.#late.entries(),
      days: this.#days.entries(),
    };
  }
}

function mapOf(levels: LevelsState['early'] = []): Map<string, number> {
  return new Map(levels.map(([group, level]) => [group, level]));
}
