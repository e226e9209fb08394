import { type Area, eastOf, northOf } from './area.ts';
import { Effects } from './effects.ts';
import { type Ride, type RoadPoint, wallDay } from './ride.ts';

/** Resolution of a corner's place in kilometres. */
const CELL_KM = 0.15;
const CELLS = 2 ** 24;
/** Number of rides at which the effect of a courier, or a corner, has half its weight. */
export const COURIER_PULL = 30;
export const CELL_PULL = 15;
/** The key for rides without a known courier. */
const NOBODY = '';

export interface RideEffects {
  readonly courier: Effects<string>;
  /** How much longer departing from a corner, and arriving at it, takes. */
  readonly from: Effects<number>;
  readonly to: Effects<number>;
}

export function freshEffects(): RideEffects {
  return {
    courier: new Effects(COURIER_PULL),
    from: new Effects(CELL_PULL),
    to: new Effects(CELL_PULL),
  };
}

function cellOf(area: Area, point: RoadPoint): number {
  return cellAt(eastOf(area, point)) * CELLS + cellAt(northOf(area, point));
}

function cellAt(km: number): number {
  return Math.floor(km / CELL_KM) + CELLS / 2;
}

/**
 * The effects of a ride's courier and of its two corners, as logarithms.
 *
 * @param day the day whose rides are left out; null: all rides are used.
 */
export function effectsOf(
  effects: RideEffects,
  area: Area,
  { courier, from, to }: Pick<Ride, 'courier' | 'from' | 'to'>,
  day: number | null,
): readonly [courier: number, from: number, to: number] {
  return [
    courier === null ? 0 : effectOf(effects.courier, courier, day),
    effectOf(effects.from, cellOf(area, from), day),
    effectOf(effects.to, cellOf(area, to), day),
  ];
}

function effectOf<Key extends string | number>(
  table: Effects<Key>,
  key: Key,
  day: number | null,
): number {
  return day === null ? table.of(key) : table.withoutDay(key, day);
}

/** Records that a ride took longer than expected by `residual`, in logarithms. */
export function hearEffects(
  effects: RideEffects,
  area: Area,
  ride: Ride,
  residual: number,
  isLearning: boolean,
): void {
  const day = wallDay(ride.wallMs);
  const hear = <Key extends string | number>(table: Effects<Key>, key: Key) => {
    if (isLearning) table.hearOnDay(key, day, residual);
    else table.hear(key, residual);
  };
  hear(effects.courier, ride.courier ?? NOBODY);
  hear(effects.from, cellOf(area, ride.from));
  hear(effects.to, cellOf(area, ride.to));
}
