import type { Place, TravelRules } from '../matching/policy.ts';
import { column, numberIn, readTable, type Table, UnreadableDay } from './read-city-day.ts';
import type { Day, DayCourier, DayOrder } from './simulate.ts';

const MINUTE_S = 60;

/** The texts of an instance's files. */
export interface MdrplibFiles {
  readonly orders: string;
  readonly couriers: string;
  readonly restaurants: string;
  readonly parameters: string;
}

/**
 * Reads an instance of MDRPLib (Grubhub, 2018). Its units are metres and minutes; travel times are
 * rounded up to whole minutes, and half of each service time comes before the pickup or dropoff,
 * half after it. Throws UnreadableDay with file, line and what to fix.
 */
export function readMdrplib(name: string, folder: string, files: MdrplibFiles): Day {
  const table = (file: string, text: string) => readTable(`${folder}/${file}`, text, '\t');
  const parameters = table('instance_parameters.txt', files.parameters);
  const metresPerMinute = positive(parameters, 'meters_per_minute');
  const rules: TravelRules = {
    legS: (from, to, speedMS) =>
      Math.ceil(Math.hypot(from.x - to.x, from.y - to.y) / (speedMS * MINUTE_S)) * MINUTE_S,
    ...halves(
      positive(parameters, 'pickup service minutes') * MINUTE_S,
      positive(parameters, 'dropoff service minutes') * MINUTE_S,
    ),
    pickupReachM: Number.POSITIVE_INFINITY,
    shiftEndBounds: 'pickup',
    assignAheadS: Number.POSITIVE_INFINITY,
    lostAfterS: Number.POSITIVE_INFINITY,
  };
  const restaurants = readRestaurants(table('restaurants.txt', files.restaurants));
  const couriers = table('couriers.txt', files.couriers);
  return {
    name,
    orders: readOrders(table('orders.txt', files.orders), restaurants),
    couriers: couriers.rows.map(
      (row, nr): DayCourier => ({
        nr,
        id: column(couriers, row, 'courier'),
        place: placeIn(couriers, row),
        speedMS: metresPerMinute / MINUTE_S,
        onS: numberIn(couriers, row, 'on_time') * MINUTE_S,
        offS: numberIn(couriers, row, 'off_time') * MINUTE_S,
      }),
    ),
    rules,
  };
}

const halves = (pickupS: number, dropoffS: number) => ({
  pickupBeforeS: pickupS / 2,
  pickupAfterS: pickupS / 2,
  dropoffBeforeS: dropoffS / 2,
  dropoffAfterS: dropoffS / 2,
});

function readRestaurants(table: Table): ReadonlyMap<string, Place> {
  return new Map(table.rows.map((row) => [column(table, row, 'restaurant'), placeIn(table, row)]));
}

function readOrders(table: Table, restaurants: ReadonlyMap<string, Place>): DayOrder[] {
  return table.rows
    .map((row) => {
      const restaurant = column(table, row, 'restaurant');
      const pickup = restaurants.get(restaurant);
      if (pickup === undefined) {
        throw new UnreadableDay(
          `${table.file}:${row.line}: restaurant ${restaurant} is not in restaurants.txt`,
        );
      }
      return {
        id: column(table, row, 'order'),
        placedS: numberIn(table, row, 'placement_time') * MINUTE_S,
        readyS: numberIn(table, row, 'ready_time') * MINUTE_S,
        pickup,
        dropoff: placeIn(table, row),
      };
    })
    .sort((one, other) => one.placedS - other.placedS)
    .map((order, nr) => ({ ...order, nr }));
}

function placeIn(table: Table, row: Table['rows'][number]): Place {
  return { x: numberIn(table, row, 'x'), y: numberIn(table, row, 'y'), z: 0 };
}

function positive(table: Table, name: string): number {
  const row = table.rows[0];
  if (row === undefined) throw new UnreadableDay(`${table.file}:2: the row of values is missing`);
  const value = numberIn(table, row, name);
  if (value > 0) return value;
  throw new UnreadableDay(`${table.file}:${row.line}: ${name} is ${value}; expected more than 0`);
}
