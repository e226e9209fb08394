import type { TrainingOptions } from '../../gbdt/index.ts';
import type { DrivenRide, DriveTime, Ride } from '../ride/ride.ts';
import { wallDay } from '../ride/ride.ts';
import type { RoadModel } from '../road-model.ts';
import type { RoadFix, TracedRide } from '../under-way/under-way.ts';
import { minutesLeft, momentsOf, type RoadMoment } from '../under-way/under-way-model.ts';

/** A ride of a file. */
export interface ListedRide extends Ride {
  readonly id: string;
  /** Null: it has not ended, so it is not judged. */
  readonly endMs: number | null;
}

export interface RideHistory {
  readonly rides: readonly ListedRide[];
  /** Fixes of some rides, by their ids, in the order of time. */
  readonly fixes: ReadonlyMap<string, readonly RoadFix[]>;
}

export interface Judged {
  readonly ride: ListedRide;
  readonly predicted: DriveTime;
}

interface JudgedMoment {
  readonly leftMin: number;
  readonly predicted: DriveTime;
}

export interface RideBacktest {
  readonly departures: readonly Judged[];
  readonly moments: readonly JudgedMoment[];
  /** Training rides that had not ended when the first test ride began. */
  readonly tooLate: number;
}

/** Trees for rides under way are retrained when there is this many times the data. */
const GROWTH = 2;
/** The minimum number of traced rides for a model of rides under way. */
const TRACED_MIN = 200;

/**
 * Replays the tested days as a hub would: predicts each ride from what had ended before the first
 * departure of its day, and from a ride under way uses only the fixes so far.
 */
export function backtestRides(
  model: RoadModel,
  train: readonly ListedRide[],
  tested: readonly ListedRide[],
  fixes: RideHistory['fixes'],
  training: TrainingOptions,
): RideBacktest {
  const rides = byDeparture(tested);
  const firstMs = rides[0]?.atMs ?? Infinity;
  const past = byDeparture(train)
    .filter(isDriven)
    .filter(({ endMs }) => endMs <= firstMs);
  model.learn(past, training);
  const retrainer = createRetrainer(model, training);
  retrainer.add(past.flatMap((ride) => tracedOf(ride, fixes)));

  const departures: Judged[] = [];
  const moments: JudgedMoment[] = [];
  let waiting: (ListedRide & DrivenRide)[] = [];
  for (const day of daysOf(rides)) {
    const nowMs = day[0]?.atMs ?? 0;
    const ended = waiting.filter(({ endMs }) => endMs <= nowMs);
    waiting = waiting.filter(({ endMs }) => endMs > nowMs);
    const traced = ended.flatMap((ride) => tracedOf(ride, fixes));
    model.closeDay(ended, momentsOf(traced));
    retrainer.add(traced);

    const predicted = model.departAll(day);
    for (const [index, ride] of day.entries()) {
      departures.push({ ride, predicted: predicted[index] as DriveTime });
    }
    const under = momentsOf(day.filter(isDriven).flatMap((ride) => tracedOf(ride, fixes)));
    for (const [index, window] of model.predictRests(under).entries()) {
      moments.push({ leftMin: minutesLeft(under[index] as RoadMoment), predicted: window });
    }
    waiting.push(...day.filter(isDriven));
  }
  return { departures, moments, tooLate: train.length - past.length };
}

/** Retrains the model for rides under way whenever there is clearly more data. */
function createRetrainer(model: RoadModel, training: TrainingOptions) {
  const lessons: TracedRide[] = [];
  let learned = 0;
  return {
    add(rides: readonly TracedRide[]): void {
      for (const ride of rides) lessons.push(ride);
      if (lessons.length < Math.max(TRACED_MIN, GROWTH * learned)) return;
      lessons.sort((a, b) => a.ride.atMs - b.ride.atMs);
      model.learnUnderWay(lessons, training);
      learned = lessons.length;
    },
  };
}

export function isDriven(ride: ListedRide): ride is ListedRide & DrivenRide {
  return ride.endMs !== null;
}

function byDeparture(rides: readonly ListedRide[]): ListedRide[] {
  return [...rides].sort((a, b) => a.atMs - b.atMs);
}

function tracedOf(ride: ListedRide & DrivenRide, fixes: RideHistory['fixes']): TracedRide[] {
  const found = fixes.get(ride.id);
  return found === undefined || found.length < 2 ? [] : [{ ride, endMs: ride.endMs, fixes: found }];
}

/** Yields the rides of each calendar day, in the order of time. */
function* daysOf(rides: readonly ListedRide[]): Generator<ListedRide[]> {
  let day: ListedRide[] = [];
  for (const ride of rides) {
    const before = day.at(-1);
    if (before !== undefined && wallDay(before.wallMs) !== wallDay(ride.wallMs)) {
      yield day;
      day = [];
    }
    day.push(ride);
  }
  if (day.length > 0) yield day;
}
