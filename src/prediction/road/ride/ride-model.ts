import { type Dataset, type Forest, predict, predictAll } from '../../gbdt/index.ts';
import {
  type LogWindow,
  openTable,
  type QuantileTrees,
  windowOf,
  windowsOf,
} from '../quantile-trees.ts';
import type { StraightLine } from '../straight-line.ts';
import {
  type Area,
  type DrivenRide,
  isWithinArea,
  minutesOf,
  type Ride,
  type RoadPoint,
  wallDay,
} from './ride.ts';
import {
  EFFECTS_FROM,
  PLAIN_COLUMNS,
  RIDE_COLUMNS,
  writePlainColumns,
  writeTurnedColumns,
} from './ride-columns.ts';
import { effectsOf, type RideEffects, recordEffects } from './ride-effects.ts';

/** What own rides have taught about driving times. */
export interface RideModel {
  readonly area: Area;
  readonly straight: StraightLine;
  /** The courier-independent time; effects of couriers and corners are relative to it. */
  readonly usual: Forest;
  readonly effects: RideEffects;
  readonly trees: QuantileTrees;
}

/** Whether the model knows more about this ride than the straight line does. */
export function knowsRide({ area }: RideModel, { from, to }: Pick<Ride, 'from' | 'to'>): boolean {
  return isWithinArea(area, from) && isWithinArea(area, to);
}

export function rideWindow(model: RideModel, ride: Ride): LogWindow {
  const row = new Float64Array(RIDE_COLUMNS.length);
  writeRideRow(row, model.area, model.effects, ride, null);
  return windowOf(model.trees, row);
}

/** The windows of many rides at once. */
export function rideWindows(model: RideModel, rides: readonly Ride[]): LogWindow[] {
  return windowsOf(model.trees, rideTable(model.area, model.effects, rides, null));
}

/** The logarithm of the courier-independent minutes. */
export function usualLog(
  { area, usual }: RideModel,
  from: RoadPoint,
  to: RoadPoint,
  wallMs: number,
): number {
  const row = new Float64Array(PLAIN_COLUMNS.length);
  writePlainColumns(row, area, from, to, wallMs);
  return predict(usual, row);
}

/** Learns effects of couriers and corners from finished rides; trees do not change. */
export function learnRideEffects(model: RideModel, rides: readonly DrivenRide[]): void {
  const usual = predictAll(model.usual, plainTable(model.area, rides));
  for (const [index, ride] of rides.entries()) {
    const residual = Math.log(minutesOf(ride)) - (usual[index] as number);
    recordEffects(model.effects, model.area, ride, residual, false);
  }
}

export function plainTable(area: Area, rides: readonly Ride[]): Dataset {
  const table = openTable(PLAIN_COLUMNS, rides.length);
  const row = new Float64Array(PLAIN_COLUMNS.length);
  for (const [index, { from, to, wallMs }] of rides.entries()) {
    writePlainColumns(row, area, from, to, wallMs);
    table.set(index, row);
  }
  return table.data;
}

/**
 * The rows of rides for the trees.
 *
 * @param without whether to leave out the effects of the same day, as for training rows.
 */
export function rideTable(
  area: Area,
  effects: RideEffects,
  rides: readonly Ride[],
  without: 'day' | null,
): Dataset {
  const table = openTable(RIDE_COLUMNS, rides.length);
  const row = new Float64Array(RIDE_COLUMNS.length);
  for (let index = 0; index < rides.length; index += 1) {
    writeRideRow(row, area, effects, rides[index] as Ride, without);
    table.set(index, row);
  }
  return table.data;
}

/** Writes all columns of a ride at its departure. */
function writeRideRow(
  row: Float64Array,
  area: Area,
  effects: RideEffects,
  ride: Ride,
  without: 'day' | null,
): void {
  writePlainColumns(row, area, ride.from, ride.to, ride.wallMs);
  writeTurnedColumns(row);
  const day = without === 'day' ? wallDay(ride.wallMs) : null;
  const ofRide = effectsOf(effects, area, ride, day);
  row[EFFECTS_FROM] = ofRide[0];
  row[EFFECTS_FROM + 1] = ofRide[1];
  row[EFFECTS_FROM + 2] = ofRide[2];
}
