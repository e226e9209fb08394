import { Tally } from '../lanes/groups.ts';
import { CURVE_SHARES, type Curve, shareBy, timeOf } from './curve.ts';
import { PointLean } from './point-lean.ts';
import { RateController, type RateTarget } from './rate-controller.ts';
import { JUDGED_SHARES, LevelShift, SHIFT_WEIGHTS, ShiftWeight } from './shift-weight.ts';

/** Dates for one parcel: days since 1970-01-01, local at its destination. */
export interface Dates {
  /** The single date: equally often too early and too late. */
  readonly day: number;
  /** The date lies between these: the median and the mean. */
  readonly medianDay: number;
  readonly meanDay: number;
  /** The shortest window that contains eight of ten. */
  readonly fromDay: number;
  readonly toDay: number;
  /** The date to give a customer: seldom missed. */
  readonly customerDay: number;
}

/** A prediction whose parcel is under way. */
export interface Watched {
  readonly curve: Curve;
  readonly group: string;
  readonly dates: Dates;
  /** The predicted days for each of `CURVE_SHARES`. */
  readonly days: readonly number[];
  readonly handedOverMs: number;
  /** The prediction under each weight of the shift (`ShiftWeight.record`). */
  readonly judged: readonly (readonly number[])[];
  deliveredDays: number | null;
}

/** Target rates at which the window and the customer's date are missed. */
export const WINDOW_RATE: RateTarget = { wanted: 0.2, least: 0.06, most: 0.4 };
export const CUSTOMER_RATE: RateTarget = { wanted: 0.06, least: 0.02, most: 0.12 };
/** Shares of the missed parcels that may arrive before the window. The shortest window wins. */
const EARLY_PARTS = [0.5, 0.4, 0.3, 0.2, 0.1] as const;
/** Steps for computing the mean of a curve; the rest of the tail comes from lost parcels. */
const MEAN_STEPS = 40;
const MEAN_DAYS_MAX = 60;
const SHARE_MAX = 0.995;
/** The maximum of predicted days, whatever a model predicts. */
const DAYS_MAX = 400;
const DAY_MS = 86_400_000;
const UNDER_WAY_DAYS_MAX = 60;

export interface CalibrationState {
  readonly shift: LevelShift;
  readonly window: RateController;
  readonly customer: RateController;
  readonly lean: PointLean;
  readonly belief: ShiftWeight;
  /** The day that has not ended yet; null before the first event. */
  readonly day: number | null;
}

function freshCalibration(): CalibrationState {
  return {
    shift: new LevelShift(),
    window: new RateController(WINDOW_RATE),
    customer: new RateController(CUSTOMER_RATE),
    lean: new PointLean(),
    belief: new ShiftWeight(),
    day: null,
  };
}

/**
 * Reads a model's curves with the correction that past deliveries call for. Receives acceptances
 * and deliveries in order of time; learns from a day once it has ended.
 */
export class Calibrator {
  readonly #state: CalibrationState;
  readonly #watched = new Set<Watched>();
  #day: number | null;

  constructor(state: CalibrationState = freshCalibration()) {
    this.#state = state;
    this.#day = state.day;
  }

  /**
   * Returns the dates for a parcel that has been under way for `elapsedDays`: days that have passed
   * are excluded.
   */
  dates(curve: Curve, group: string, at: When, elapsedDays = 0): Dates {
    const daysAt = this.daysAt(curve, group, at, elapsedDays);
    const { customer, lean } = this.#state;
    const dayAfter = (days: number) => Math.floor(at.handedOverWallMs / DAY_MS + days);
    const median = daysAt(0.5);
    const mean = meanOf(daysAt);
    const [from, to] = this.#window(group, at, daysAt);
    return {
      day: dayAfter(median + lean.lean * (mean - median)),
      medianDay: dayAfter(median),
      meanDay: dayAfter(mean),
      fromDay: dayAfter(from),
      toDay: dayAfter(to),
      customerDay: dayAfter(daysAt(1 - customer.aim(group))),
    };
  }

  /**
   * Returns the same as a distribution: the days from acceptance by which these shares of
   * parcels have arrived, ascending. The window is 10 to 90 %, the date 50 %, the customer's date
   * 94 %.
   */
  quantiles(curve: Curve, group: string, at: When): readonly ShareOfDays[] {
    const { lean, customer } = this.#state;
    const daysAt = this.daysAt(curve, group, at);
    const median = daysAt(0.5);
    const [from, to] = this.#window(group, at, daysAt);
    const found: [number, number][] = [
      [0.1, from],
      [0.25, daysAt(0.25)],
      [0.5, median + lean.lean * (meanOf(daysAt) - median)],
      [0.75, daysAt(0.75)],
      [0.9, to],
      [1 - CUSTOMER_RATE.wanted, daysAt(1 - customer.aim(group))],
    ];
    let last = 0;
    return found.map(([share, days]) => {
      last = Math.max(last, days);
      return { share, days: last };
    });
  }

  /** How far the share of misses at which windows currently aim is from the target. */
  drift(group: string): number {
    return Math.abs(this.#state.window.aim(group) - WINDOW_RATE.wanted);
  }

  /**
   * Returns the window, in days, with the fewest calendar days that contains the required share of
   * parcels.
   */
  #window(group: string, at: When, daysAt: (share: number) => number): readonly [number, number] {
    const covered = 1 - this.#state.window.aim(group);
    const dayAfter = (days: number) => Math.floor(at.handedOverWallMs / DAY_MS + days);
    let best: readonly [number, number] = [0, 0];
    let bestWidth = Infinity;
    for (const part of EARLY_PARTS) {
      const early = part * (1 - covered);
      const found = [daysAt(early), daysAt(Math.min(early + covered, SHARE_MAX))] as const;
      const width = dayAfter(found[1]) - dayAfter(found[0]);
      if (width < bestWidth) [best, bestWidth] = [found, width];
    }
    return best;
  }

  /**
   * Returns a function from a share to the number of days after acceptance by which that share
   * of parcels has arrived.
   */
  daysAt(curve: Curve, group: string, at: When, elapsedDays = 0): (share: number) => number {
    this.settle(at.nowMs);
    const { shift, belief } = this.#state;
    const shiftedShare = shift.reader(group, dayOf(at.nowMs));
    const read = (wanted: number) => wanted + belief.believed * (shiftedShare(wanted) - wanted);
    const arrived = elapsedDays > 0 ? shareArrivedBy(curve, read, Math.log(elapsedDays + 1)) : 0;
    return (share) => {
      const days = Math.exp(timeOf(curve, read(arrived + share * (1 - arrived)))) - 1;
      return Math.max(elapsedDays, Math.min(days, DAYS_MAX));
    };
  }

  /**
   * Predicts a parcel at its acceptance. The calibrator learns from the prediction when the parcel
   * is delivered.
   */
  watch(curve: Curve, group: string, at: When): Watched {
    const dates = this.dates(curve, group, at);
    const days = CURVE_SHARES.map(this.daysAt(curve, group, at));
    const read = this.#state.shift.reader(group, dayOf(at.nowMs));
    const judged = SHIFT_WEIGHTS.map((belief) =>
      JUDGED_SHARES.map((share) => timeOf(curve, share + belief * (read(share) - share))),
    );
    const watched = {
      curve,
      group,
      dates,
      days,
      judged,
      handedOverMs: at.nowMs,
      deliveredDays: null,
    };
    this.#watched.add(watched);
    return watched;
  }

  deliver(
    watched: Watched,
    at: { readonly ms: number; readonly day: number; readonly days: number },
  ) {
    this.settle(at.ms);
    watched.deliveredDays = at.days;
    const { dates, group } = watched;
    this.#state.window.record(group, at.day < dates.fromDay || at.day > dates.toDay);
    this.#state.customer.record(group, at.day > dates.customerDay);
    this.#state.belief.record(watched.judged, at.days);
    this.#state.lean.record(at.day - dates.medianDay, at.day - dates.meanDay);
  }

  state(): CalibrationState {
    return { ...this.#state, day: this.#day };
  }

  /** Learns from all days that have ended by `nowMs`. */
  settle(nowMs: number): void {
    const today = dayOf(nowMs);
    this.#day ??= today;
    for (; this.#day < today; this.#day += 1) this.#close(this.#day);
  }

  #close(day: number): void {
    const { shift, window, customer, lean, belief } = this.#state;
    const groups = new Tally();
    for (const { group } of this.#watched) groups.add(group);
    for (const parcel of this.#watched) {
      const { curve, group, handedOverMs, deliveredDays } = parcel;
      const from = Math.max(0, day - handedOverMs / DAY_MS);
      const untilNow = day + 1 - handedOverMs / DAY_MS;
      const to = Math.max(from, deliveredDays ?? untilNow);
      const share = (days: number) => shareBy(curve, Math.log(days + 1));
      shift.live(group, {
        day,
        from: share(from),
        to: share(to),
        isDelivered: deliveredDays !== null,
        weight: groups.weight(group),
      });
      if (deliveredDays !== null || untilNow > UNDER_WAY_DAYS_MAX) this.#watched.delete(parcel);
    }
    window.closeDay();
    customer.closeDay();
    lean.closeDay();
    belief.closeDay();
  }
}

interface ShareOfDays {
  readonly share: number;
  readonly days: number;
}

interface When {
  readonly nowMs: number;
  readonly handedOverWallMs: number;
}

/**
 * The calibrated share of parcels that have arrived by `logDays`. It is found by search, because the
 * reader has no inverse.
 */
function shareArrivedBy(curve: Curve, read: (wanted: number) => number, logDays: number): number {
  let from = 0;
  let to = 1;
  for (let step = 0; step < 30; step += 1) {
    const middle = (from + to) / 2;
    if (timeOf(curve, read(middle)) < logDays) from = middle;
    else to = middle;
  }
  return from;
}

function meanOf(daysAt: (share: number) => number): number {
  let sum = 0;
  for (let step = 0; step < MEAN_STEPS; step += 1) {
    sum += Math.min(daysAt((step + 0.5) / MEAN_STEPS), MEAN_DAYS_MAX);
  }
  return sum / MEAN_STEPS;
}

function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}
