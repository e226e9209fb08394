import { type Area, eastOf, northOf, type Ride, type RoadPoint, wallDay } from './ride.ts';

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
export function recordEffects(
  effects: RideEffects,
  area: Area,
  ride: Ride,
  residual: number,
  isLearning: boolean,
): void {
  const day = wallDay(ride.wallMs);
  const record = <Key extends string | number>(table: Effects<Key>, key: Key) => {
    if (isLearning) table.recordOnDay(key, day, residual);
    else table.record(key, residual);
  };
  record(effects.courier, ride.courier ?? NOBODY);
  record(effects.from, cellOf(area, ride.from));
  record(effects.to, cellOf(area, ride.to));
}

interface Sum {
  sum: number;
  count: number;
}

/**
 * Measures how much slower than expected rides with a common property are, such as a courier or a
 * corner. It is the mean of the logarithms, shrunk toward zero by `pull` rides, so that few rides
 * have little effect.
 */
export class Effects<Key extends string | number> {
  readonly #pull: number;
  readonly #all: Map<Key, Sum>;
  /** The sums by day, only during training, so that a day can be left out. */
  readonly #days = new Map<Key, Map<number, Sum>>();

  constructor(pull: number, entries: readonly (readonly [Key, number, number])[] = []) {
    this.#pull = pull;
    this.#all = new Map(entries.map(([key, sum, count]) => [key, { sum, count }]));
  }

  record(key: Key, residual: number): void {
    add(this.#all, key, residual);
  }

  recordOnDay(key: Key, day: number, residual: number): void {
    this.record(key, residual);
    const days = this.#days.get(key) ?? new Map<number, Sum>();
    this.#days.set(key, days);
    add(days, day, residual);
  }

  of(key: Key): number {
    return this.#mean(this.#all.get(key), undefined);
  }

  /**
   * The effect by all other days. If a ride contributed to its own effect, trees would trust the
   * effect too much.
   */
  withoutDay(key: Key, day: number): number {
    return this.#mean(this.#all.get(key), this.#days.get(key)?.get(day));
  }

  /** Drops the sums by day, which are no longer needed after training. */
  forgetDays(): void {
    this.#days.clear();
  }

  entries(): [Key, number, number][] {
    return Array.from(this.#all, ([key, { sum, count }]) => [key, sum, count]);
  }

  #mean(all: Sum | undefined, without: Sum | undefined): number {
    const count = (all?.count ?? 0) - (without?.count ?? 0);
    return ((all?.sum ?? 0) - (without?.sum ?? 0)) / (count + this.#pull);
  }
}

function add<Key>(sums: Map<Key, Sum>, key: Key, value: number): void {
  const found = sums.get(key);
  if (found === undefined) sums.set(key, { sum: value, count: 1 });
  else {
    found.sum += value;
    found.count += 1;
  }
}
