import { type Dataset, predictAll, type TrainingOptions } from '../../gbdt/index.ts';
import {
  growQuantiles,
  isHeldBack,
  type LogWindow,
  openTable,
  type QuantileTrees,
  windowOf,
  windowsOf,
} from '../quantile-trees.ts';

import { MINUTE_MS, type RoadPoint } from '../ride/ride.ts';
import { PLAIN_COLUMNS, writePlainColumns } from '../ride/ride-columns.ts';
import { type RideModel, usualLog } from '../ride/ride-model.ts';
import { logOfLeft, type RideUnderWay, type TracedRide } from './under-way.ts';
import { UNDER_WAY_COLUMNS, writeUnderWayColumns } from './under-way-columns.ts';

/** The minimum number of moments; fewer teach less than the departures do. */
const MOMENTS_MIN = 1_000;
const SIZES = { rounds: 120, correctionRounds: 60, leaves: 96, rowShare: 0.3 } as const;

/** A fix of a ride, at which the remaining time is predicted. */
export interface RoadMoment {
  readonly ride: TracedRide;
  /** Index of the fix; later ones are not used. */
  readonly now: number;
}

/** All fixes of the rides as moments, except each ride's last, at which the courier has arrived. */
export function momentsOf(rides: readonly TracedRide[]): RoadMoment[] {
  return rides.flatMap((ride) =>
    Array.from({ length: Math.max(0, ride.fixes.length - 1) }, (_, now) => ({ ride, now })),
  );
}

/** The remaining minutes at that moment. */
export function minutesLeft({ ride, now }: RoadMoment): number {
  return (ride.endMs - (ride.fixes[now]?.atMs ?? ride.endMs)) / MINUTE_MS;
}

/** Trains a model of the remaining time; `rides` in order of time. */
export function learnUnderWay(
  model: RideModel,
  rides: readonly TracedRide[],
  training: TrainingOptions,
): QuantileTrees | null {
  const isHeld = ({ ride }: TracedRide) => isHeldBack(ride);
  const lessons = momentsOf(rides.filter((ride) => !isHeld(ride)));
  const held = momentsOf(rides.filter(isHeld));
  const all = [...lessons, ...held];
  if (all.length < MOMENTS_MIN || lessons.length === 0 || held.length === 0) return null;
  const target = Float64Array.from(all, (moment) => logOfLeft(minutesLeft(moment)));
  const data = momentTable(model, all);
  return growQuantiles({ data, target, first: lessons.length }, SIZES, training);
}

export function momentWindows(
  model: RideModel,
  trees: QuantileTrees,
  moments: readonly RoadMoment[],
): LogWindow[] {
  return windowsOf(trees, momentTable(model, moments));
}

export function underWayWindow(
  model: RideModel,
  trees: QuantileTrees,
  { ride, fixes }: RideUnderWay,
): LogWindow {
  const now = fixes.length - 1;
  const fix = fixes[now];
  if (fix === undefined) throw new Error('a ride under way has at least one fix');
  const wallMs = ride.wallMs + fix.atMs - ride.atMs;
  const row = new Float64Array(UNDER_WAY_COLUMNS.length);
  writeUnderWayColumns(row, { model, ride }, fixes, now, {
    leftLog: usualLog(model, fix, ride.to, wallMs),
    doneLog: usualLog(model, ride.from, fix, ride.wallMs),
    allLog: usualLog(model, ride.from, ride.to, ride.wallMs),
  });
  return windowOf(trees, row);
}

function momentTable(model: RideModel, moments: readonly RoadMoment[]): Dataset {
  const usual = (pick: (moment: RoadMoment) => readonly [RoadPoint, RoadPoint, number]) => {
    const table = openTable(PLAIN_COLUMNS, moments.length);
    const row = new Float64Array(PLAIN_COLUMNS.length);
    for (const [index, moment] of moments.entries()) {
      writePlainColumns(row, model.area, ...pick(moment));
      table.set(index, row);
    }
    return predictAll(model.usual, table.data);
  };
  const placeOf = ({ ride, now }: RoadMoment): RoadPoint => ride.fixes[now] ?? ride.ride.from;
  const wallOf = ({ ride: { ride, fixes }, now }: RoadMoment): number =>
    ride.wallMs + (fixes[now]?.atMs ?? ride.atMs) - ride.atMs;
  const left = usual((moment) => [placeOf(moment), moment.ride.ride.to, wallOf(moment)]);
  const done = usual((moment) => [moment.ride.ride.from, placeOf(moment), moment.ride.ride.wallMs]);
  const all = usual(({ ride: { ride } }) => [ride.from, ride.to, ride.wallMs]);
  const table = openTable(UNDER_WAY_COLUMNS, moments.length);
  const row = new Float64Array(UNDER_WAY_COLUMNS.length);
  for (const [index, { ride, now }] of moments.entries()) {
    writeUnderWayColumns(row, { model, ride: ride.ride }, ride.fixes, now, {
      leftLog: left[index] as number,
      doneLog: done[index] as number,
      allLog: all[index] as number,
    });
    table.set(index, row);
  }
  return table.data;
}
