import { csvRows } from '../../../kernel/wire/csv.ts';
import { distanceM, type Place, placeOf, type TravelRules } from '../matching/policy.ts';
import type { Day, DayCourier, DayOrder } from './simulate.ts';

/** Ratio of street distance to straight line. */
const DETOUR = 1.4;
const SPEED_KMH: Readonly<Record<string, number>> = {
  motorcycle: 22,
  scooter: 22,
  car: 18,
  van: 18,
  bicycle: 13,
  bike: 13,
  walking: 4.5,
  foot: 4.5,
};

/**
 * The assumptions about a city's couriers if no values have been learned, as in the reference's
 * model.
 */
const CITY_RULES: TravelRules = {
  legS: (from, to, speedMS) => Math.ceil((distanceM(from, to) * DETOUR) / speedMS),
  pickupBeforeS: 0,
  pickupAfterS: 180,
  dropoffBeforeS: 0,
  dropoffAfterS: 180,
  pickupReachM: 6_000,
  shiftEndBounds: 'assignment',
  assignAheadS: 15 * 60,
  lostAfterS: 2 * 3_600,
};

/**
 * Reads a day of orders and couriers from CSV with coordinates in degrees and times of one local
 * clock (HH:MM:SS). Omits orders promised before they were placed, because midnight lies in
 * between. Uses every `every`th courier by id. Throws UnreadableDay.
 */
export function readCityDay(
  name: string,
  orders: { readonly file: string; readonly text: string },
  couriers: { readonly file: string; readonly text: string },
  every: number,
): Day {
  const orderTable = readTable(orders.file, orders.text, ',');
  const courierTable = readTable(couriers.file, couriers.text, ',');
  const hasPromise = orderTable.columns.has('expected_drop_off_time');
  return {
    name,
    rules: CITY_RULES,
    orders: orderTable.rows
      .filter((row) => {
        if (!hasPromise) return true;
        return (
          clockS(orderTable, row, 'expected_drop_off_time') >=
          clockS(orderTable, row, 'placement_time')
        );
      })
      .map((row) => orderOf(orderTable, row))
      .sort((one, other) => one.placedS - other.placedS)
      .map((order, index) => ({ ...order, index })),
    couriers: courierTable.rows
      .filter((row) => every === 1 || idOf(courierTable, row) % every === 0)
      .map((row, index) => ({ ...courierOf(courierTable, row), index })),
  };
}

function orderOf(table: Table, row: Row): Omit<DayOrder, 'index'> {
  return {
    id: column(table, row, 'order_id'),
    placedS: clockS(table, row, 'placement_time'),
    readyS: clockS(table, row, 'ready_time'),
    pickup: placeIn(table, row, 'pick_up'),
    dropoff: placeIn(table, row, 'drop_off'),
  };
}

function courierOf(table: Table, row: Row): Omit<DayCourier, 'index'> {
  const vehicle = column(table, row, 'vehicle');
  const speedKmh = SPEED_KMH[vehicle];
  if (speedKmh === undefined) {
    throw new UnreadableDay(
      `${table.file}:${row.line}: vehicle is "${vehicle}"; expected ${Object.keys(SPEED_KMH).join(', ')}`,
    );
  }
  return {
    id: column(table, row, 'courier_id'),
    place: placeIn(table, row, 'on'),
    speedMS: speedKmh / 3.6,
    onS: clockS(table, row, 'on_time'),
    offS: clockS(table, row, 'off_time'),
  };
}

function idOf(table: Table, row: Row): number {
  return numberIn(table, row, 'courier_id');
}

function placeIn(table: Table, row: Row, prefix: string): Place {
  const lat = numberIn(table, row, `${prefix}_lat`);
  const lng = numberIn(table, row, `${prefix}_lng`);
  if (Math.abs(lat) > 90 || Math.abs(lng) > 180) {
    throw new UnreadableDay(
      `${table.file}:${row.line}: ${prefix}_lat, ${prefix}_lng are ${lat}, ${lng}; expected degrees`,
    );
  }
  return placeOf(lat, lng);
}

/** Parses a cell as seconds since midnight. Throws UnreadableDay. */
function clockS(table: Table, row: Row, name: string): number {
  const text = column(table, row, name);
  const [, hours, minutes, seconds] = /^(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(text) ?? [];
  if (
    hours === undefined ||
    Number(hours) > 47 ||
    Number(minutes) > 59 ||
    Number(seconds ?? 0) > 59
  ) {
    throw new UnreadableDay(`${table.file}:${row.line}: ${name} is "${text}"; expected HH:MM:SS`);
  }
  return Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds ?? 0);
}

/** Thrown for an unusable input file of a day; the message gives file, line and what to fix. */
export class UnreadableDay extends Error {}

interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

interface Table {
  readonly file: string;
  readonly columns: ReadonlyMap<string, number>;
  readonly rows: readonly Row[];
}

/** Reads a file with a header row. Throws UnreadableDay. */
function readTable(file: string, text: string, separator: ',' | '\t'): Table {
  const read = csvRows(text, separator);
  if (!read.ok) throw new UnreadableDay(`${file}:${read.line}: a quote is never closed`);
  const [head, ...rest] = read.rows;
  if (head === undefined) throw new UnreadableDay(`${file}:1: is empty; expected a row of names`);
  const names = head.fields.map((name) => name.trim());
  const rows = rest.map(({ line, fields }): Row => {
    if (fields.length >= names.length) return { line, cells: fields.map((cell) => cell.trim()) };
    throw new UnreadableDay(
      `${file}:${line}: has ${fields.length} cells; expected ${names.length} as in the first line`,
    );
  });
  return { file, columns: new Map(names.map((name, index) => [name, index])), rows };
}

/**
 * The text of a cell by the name of its column. Throws UnreadableDay if there is no such column.
 */
function column(table: Table, row: Row, name: string): string {
  const at = table.columns.get(name);
  if (at === undefined) {
    throw new UnreadableDay(`${table.file}:1: column ${name} is missing; add it`);
  }
  return row.cells[at] as string;
}

/** The number in a cell. Throws UnreadableDay if it contains none. */
function numberIn(table: Table, row: Row, name: string): number {
  const text = column(table, row, name);
  const number = Number(text);
  if (text !== '' && Number.isFinite(number)) return number;
  throw new UnreadableDay(`${table.file}:${row.line}: ${name} is "${text}"; expected a number`);
}

const MINUTE_S = 60;

/** The texts of an instance's files. */
interface MdrplibFiles {
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
      (row, index): DayCourier => ({
        index,
        id: column(couriers, row, 'courier'),
        place: gridPlaceIn(couriers, row),
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
  return new Map(
    table.rows.map((row) => [column(table, row, 'restaurant'), gridPlaceIn(table, row)]),
  );
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
        dropoff: gridPlaceIn(table, row),
      };
    })
    .sort((one, other) => one.placedS - other.placedS)
    .map((order, index) => ({ ...order, index }));
}

function gridPlaceIn(table: Table, row: Table['rows'][number]): Place {
  return { x: numberIn(table, row, 'x'), y: numberIn(table, row, 'y'), z: 0 };
}

function positive(table: Table, name: string): number {
  const row = table.rows[0];
  if (row === undefined) throw new UnreadableDay(`${table.file}:2: the row of values is missing`);
  const value = numberIn(table, row, name);
  if (value > 0) return value;
  throw new UnreadableDay(`${table.file}:${row.line}: ${name} is ${value}; expected more than 0`);
}
