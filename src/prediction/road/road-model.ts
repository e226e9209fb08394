import { predictAll, type TrainingOptions } from '../gbdt/index.ts';
import {
  growMedian,
  growQuantiles,
  isHeldBack,
  type LogWindow,
  type QuantileTrees,
} from './quantile-trees.ts';
import { areaOf, type DrivenRide, type DriveTime, minutesOf, type Ride } from './ride/ride.ts';
import { freshEffects, recordEffects } from './ride/ride-effects.ts';
import {
  knowsRide,
  learnRideEffects,
  plainTable,
  type RideModel,
  rideTable,
  rideWindow,
  rideWindows,
} from './ride/ride-model.ts';
import {
  isUnknown,
  type StraightLine,
  straightDrive,
  straightLineOf,
  UNKNOWN_ROADS,
} from './straight-line.ts';
import { leftOfLog, logOfLeft, type RideUnderWay, type TracedRide } from './under-way/under-way.ts';
import {
  learnUnderWay,
  minutesLeft,
  momentWindows,
  type RoadMoment,
  underWayWindow,
} from './under-way/under-way-model.ts';
import { WindowCalibrator } from './window-calibrator.ts';

/** Fewer rides teach nothing beyond a straight line. */
const RIDES_MIN = 500;
/**
 * Settings for the forest of the courier-independent time; a part of the rides teaches it as well
 * as all.
 */
const USUAL = { rounds: 60, leaves: 48, rowShare: 0.35 } as const;
const SIZES = { rounds: 160, correctionRounds: 80, leaves: 128, rowShare: 0.45 } as const;

/**
 * Trains a model of driving times. `rides` in order of departure; at least `RIDES_MIN`.
 *
 * The effects of a ride on its courier and corners are learned with its own day left out, and the
 * spread from rides that the middle was not trained on: nothing explains itself.
 */
function learnRides(rides: readonly DrivenRide[], training: TrainingOptions): RideModel {
  const lessons = rides.filter((ride) => !isHeldBack(ride));
  const held = rides.filter(isHeldBack);
  const area = areaOf(lessons.flatMap(({ from, to }) => [from, to]));
  const straight = straightLineOf(lessons);
  const target = logsOf(lessons);

  const plain = plainTable(area, lessons);
  const usual = growMedian(plain, target, USUAL, training);
  const effects = freshEffects();
  for (const [index, predicted] of predictAll(usual, plain).entries()) {
    const ride = lessons[index];
    if (ride === undefined) continue;
    recordEffects(effects, area, ride, (target[index] as number) - predicted, true);
  }
  const all = [...lessons, ...held];
  const trees = growQuantiles(
    { data: rideTable(area, effects, all, 'day'), target: logsOf(all), first: lessons.length },
    SIZES,
    training,
  );
  for (const table of [effects.courier, effects.from, effects.to]) table.forgetDays();
  const model = { area, straight, usual, effects, trees };
  learnRideEffects(model, held);
  return model;
}

function logsOf(rides: readonly DrivenRide[]): Float64Array {
  return Float64Array.from(rides, (ride) => Math.log(minutesOf(ride)));
}

interface RoadKnowledge {
  /** Null: too few rides; only the straight line applies. */
  readonly rides: RideModel | null;
  readonly straight: StraightLine;
  readonly underWay: QuantileTrees | null;
  readonly departures: WindowCalibrator;
  readonly moments: WindowCalibrator;
}

/**
 * How long a drive takes: from own rides, where there were some, else from the straight line. It
 * receives finished rides and learns from a day once it is over; `learn` grows new trees.
 *
 * `p50Min` is the median: half of all drives take longer. As few take very long, the mean is
 * higher.
 */
export class RoadModel {
  #rides: RideModel | null;
  #straight: StraightLine;
  #underWay: QuantileTrees | null;
  readonly #departures: WindowCalibrator;
  readonly #moments: WindowCalibrator;

  constructor(known: Partial<RoadKnowledge> = {}) {
    this.#rides = known.rides ?? null;
    this.#straight = known.straight ?? UNKNOWN_ROADS;
    this.#underWay = known.underWay ?? null;
    this.#departures = known.departures ?? new WindowCalibrator();
    this.#moments = known.moments ?? new WindowCalibrator();
  }

  /** Trains trees on finished rides, in order of departure. */
  learn(rides: readonly DrivenRide[], training: TrainingOptions): void {
    this.#straight = straightLineOf(rides);
    this.#rides = rides.length < RIDES_MIN ? null : learnRides(rides, training);
  }

  /**
   * Trains the trees for rides under way. Until then, or with too few rides, each fix counts as a
   * departure.
   */
  learnUnderWay(rides: readonly TracedRide[], training: TrainingOptions): void {
    if (this.#rides !== null) this.#underWay = learnUnderWay(this.#rides, rides, training);
  }

  /** Driving time of a drive that begins now. */
  depart(ride: Ride): DriveTime {
    const rides = this.#rides;
    if (rides === null || !knowsRide(rides, ride)) return straightDrive(this.#straight, ride);
    return departureOf(this.#departures, rideWindow(rides, ride));
  }

  /** The driving times of many drives at once: cheaper than one by one, with the same results. */
  departAll(rides: readonly Ride[]): DriveTime[] {
    const model = this.#rides;
    if (model === null) return rides.map((ride) => straightDrive(this.#straight, ride));
    return rideWindows(model, rides).map((window, index) => {
      const ride = rides[index] as Ride;
      if (!knowsRide(model, ride)) return straightDrive(this.#straight, ride);
      return departureOf(this.#departures, window);
    });
  }

  /** What own rides know about this one: trees, the pace alone, or nothing yet. */
  learnedOf(ride: Ride): 'trees' | 'pace' | null {
    if (this.#rides !== null && knowsRide(this.#rides, ride)) return 'trees';
    return isUnknown(this.#straight) ? null : 'pace';
  }

  /** Predicts how long the rest of a drive will take. */
  predictRest(underWay: RideUnderWay): DriveTime {
    const departure = departureFrom(underWay);
    if (this.#rides === null || this.#underWay === null || !knowsRide(this.#rides, departure))
      return this.depart(departure);
    return restOf(this.#moments, underWayWindow(this.#rides, this.#underWay, underWay));
  }

  /** `predictRest` for many moments at once. */
  predictRests(moments: readonly RoadMoment[]): DriveTime[] {
    const departures = moments.map(departureOfMoment);
    const [rides, trees] = [this.#rides, this.#underWay];
    if (rides === null || trees === null) return this.departAll(departures);
    return momentWindows(rides, trees, moments).map((window, index) => {
      const departure = departures[index] as Ride;
      return knowsRide(rides, departure) ? restOf(this.#moments, window) : this.depart(departure);
    });
  }

  /** Learns from a day's finished rides, and from how their windows turned out. */
  closeDay(rides: readonly DrivenRide[], moments: readonly RoadMoment[]): void {
    const model = this.#rides;
    if (model === null) return;
    const known = rides.filter((ride) => knowsRide(model, ride));
    for (const [index, window] of rideWindows(model, known).entries()) {
      const outcome = Math.log(minutesOf(known[index] as DrivenRide));
      this.#departures.record(window, Math.exp(window.middle), outcome);
    }
    this.#departures.closeDay();
    if (this.#underWay !== null) {
      for (const [index, window] of momentWindows(model, this.#underWay, moments).entries()) {
        const outcome = logOfLeft(minutesLeft(moments[index] as RoadMoment));
        this.#moments.record(window, leftOfLog(window.middle), outcome);
      }
      this.#moments.closeDay();
    }
    learnRideEffects(model, known);
  }

  known(): RoadKnowledge {
    return {
      rides: this.#rides,
      straight: this.#straight,
      underWay: this.#underWay,
      departures: this.#departures,
      moments: this.#moments,
    };
  }
}

function departureOf(calibrator: WindowCalibrator, window: LogWindow): DriveTime {
  const { low, middle, high } = calibrator.apply(window, Math.exp(window.middle));
  return { p10Min: Math.exp(low), p50Min: Math.exp(middle), p90Min: Math.exp(high) };
}

function restOf(calibrator: WindowCalibrator, window: LogWindow): DriveTime {
  const { low, middle, high } = calibrator.apply(window, leftOfLog(window.middle));
  return { p10Min: leftOfLog(low), p50Min: leftOfLog(middle), p90Min: leftOfLog(high) };
}

/** A ride that begins where the courier is now. */
function departureFrom({ ride, fixes }: RideUnderWay): Ride {
  return departureOfMoment({ ride: { ride, fixes, endMs: 0 }, now: fixes.length - 1 });
}

function departureOfMoment({ ride: { ride, fixes }, now }: RoadMoment): Ride {
  const fix = fixes[now];
  if (fix === undefined) return ride;
  const { atMs, lat, lng } = fix;
  return { ...ride, atMs, wallMs: ride.wallMs + atMs - ride.atMs, from: { lat, lng } };
}
