import { type Curve, timeOf } from '../calibration/curve.ts';
import { type Keeping, RateKeeper } from '../calibration/rate-keeper.ts';

/** What a window of 10 to 90 % was at the moment it was given; ln(days + an hour). */
export interface SaidWindow {
  readonly from: number;
  readonly middle: number;
  readonly to: number;
}

/** How many come before the window, after its middle and after its end; how far aims may move. */
const EARLY: Keeping = { wanted: 0.1, least: 0.04, most: 0.18 };
const LATER: Keeping = { wanted: 0.5, least: 0.38, most: 0.62 };
const LATE: Keeping = { wanted: 0.1, least: 0.04, most: 0.18 };

const DAY_MS = 86_400_000;

export interface LevelsState {
  readonly day: number | null;
  readonly early: readonly (readonly [string, number])[];
  readonly later: readonly (readonly [string, number])[];
  readonly late: readonly (readonly [string, number])[];
}

/**
 * At which shares curves are to be read, by status, so that windows hold what they say: each day's
 * deliveries that came before, after or beyond the middle of what had been said move them a little.
 * Told in the order of time; learns from a day when it has ended.
 */
export class StageLevels {
  readonly #early: RateKeeper;
  readonly #later: RateKeeper;
  readonly #late: RateKeeper;
  #day: number | null;

  constructor(state: Partial<LevelsState> = {}) {
    this.#early = new RateKeeper(EARLY, mapOf(state.early));
    this.#later = new RateKeeper(LATER, mapOf(state.later));
    this.#late = new RateKeeper(LATE, mapOf(state.late));
    this.#day = state.day ?? null;
  }

  /** At which share a curve is to be read so that `wanted` have arrived. */
  reader(status: string): (wanted: number) => number {
    const points = [
      [0, 0],
      [EARLY.wanted, this.#early.aim(status)],
      [1 - LATER.wanted, 1 - this.#later.aim(status)],
      [1 - LATE.wanted, 1 - this.#late.aim(status)],
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

  /** The window as it would be given now. */
  windowOf(status: string, curve: Curve): SaidWindow {
    const read = this.reader(status);
    const at = (share: number) => timeOf(curve, read(share));
    return { from: at(EARLY.wanted), middle: at(1 - LATER.wanted), to: at(1 - LATE.wanted) };
  }

  /** When one came of which that was said; ln(days + an hour). */
  hear(status: string, { from, middle, to }: SaidWindow, taken: number): void {
    this.#early.hear(status, taken < from);
    this.#later.hear(status, taken > middle);
    this.#late.hear(status, taken > to);
  }

  /** Learns from the day that was heard of, if it has ended by then. */
  settle(nowMs: number): void {
    const today = Math.floor(nowMs / DAY_MS);
    if (this.#day !== null && this.#day < today) {
      for (const keeper of [this.#early, this.#later, this.#late]) keeper.closeDay();
    }
    this.#day = Math.max(this.#day ?? today, today);
  }

  state(): LevelsState {
    return {
      day: this.#day,
      early: this.#early.entries(),
      later: this.#later.entries(),
      late: this.#late.entries(),
    };
  }
}

function mapOf(levels: LevelsState['early'] = []): Map<string, number> {
  return new Map(levels.map(([status, level]) => [status, level]));
}
