import { type Area, eastOf, northOf, type RoadPoint, wallHour, wallWeekday } from './ride.ts';

/** The features of any drive from here to there at that time. */
export const PLAIN_COLUMNS = [
  'from_east',
  'from_north',
  'to_east',
  'to_north',
  'km',
  'km_east',
  'km_north',
  'bearing',
  'hour',
  'weekday',
] as const;

/**
 * Streets seldom run north and east. Trees cut along one number at a time, so places are also
 * given in rotated planes; between these two and the plain one no street is off by more than 12
 * degrees.
 */
const TURNS = [Math.PI / 4, Math.PI / 8] as const;
const TURNED_COLUMNS = TURNS.flatMap((_, index) =>
  ['from_u', 'from_v', 'to_u', 'to_v'].map((name) => `${name}${index}`),
);

/** The features of a ride at its departure. */
export const RIDE_COLUMNS: readonly string[] = [
  ...PLAIN_COLUMNS,
  ...TURNED_COLUMNS,
  'courier_effect',
  'from_effect',
  'to_effect',
];

/** The cosines of `TURNS`, computed once. */
const COSINES = TURNS.map((turn) => Math.cos(turn));
const SINES = TURNS.map((turn) => Math.sin(turn));
const TURNED_FROM = PLAIN_COLUMNS.length;
export const EFFECTS_FROM = TURNED_FROM + TURNED_COLUMNS.length;

/** Writes the plain columns of a drive to the beginning of `row`. */
export function writePlainColumns(
  row: Float64Array,
  area: Area,
  from: RoadPoint,
  to: RoadPoint,
  wallMs: number,
): void {
  const east = eastOf(area, from);
  const north = northOf(area, from);
  const toEast = eastOf(area, to);
  const toNorth = northOf(area, to);
  row[0] = east;
  row[1] = north;
  row[2] = toEast;
  row[3] = toNorth;
  row[4] = Math.hypot(toEast - east, toNorth - north);
  row[5] = toEast - east;
  row[6] = toNorth - north;
  row[7] = Math.atan2(toNorth - north, toEast - east);
  row[8] = wallHour(wallMs);
  row[9] = wallWeekday(wallMs);
}

/** Writes the rotated places after the plain columns, which are already there. */
export function writeTurnedColumns(row: Float64Array): void {
  const east = row[0] as number;
  const north = row[1] as number;
  const toEast = row[2] as number;
  const toNorth = row[3] as number;
  let at = TURNED_FROM;
  for (let index = 0; index < TURNS.length; index += 1) {
    const cos = COSINES[index] as number;
    const sin = SINES[index] as number;
    row[at] = east * cos + north * sin;
    row[at + 1] = north * cos - east * sin;
    row[at + 2] = toEast * cos + toNorth * sin;
    row[at + 3] = toNorth * cos - toEast * sin;
    at += 4;
  }
}
