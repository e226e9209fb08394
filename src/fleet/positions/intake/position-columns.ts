import type { Position } from './position.ts';

/** Positions of one request at most. */
export const POSITIONS_MAX = 500;

/** Offsets of a position's numbers; unknown ones are NaN. */
export const AT_MS = 0;
export const LAT = 1;
export const LNG = 2;
export const ACCURACY_M = 3;
export const SPEED_KMH = 4;
export const HEADING = 5;
export const BATTERY = 6;
/** Distance from one position to the next. */
export const STRIDE = 8;
/** Words of a courier's id. */
export const ID_WORDS = 4;

/**
 * Positions as rows of numbers instead of objects: with a hundred thousand couriers each
 * position's object would live until the courier's next one, and cost more to collect than to
 * read.
 */
export interface PositionColumns {
  /** `STRIDE` numbers for each. */
  readonly values: Float64Array;
  /** `ID_WORDS` words for each: the courier's UUID, if each position names it. */
  readonly ids: Int32Array;
}

export function positionColumns(many = POSITIONS_MAX): PositionColumns {
  return { values: new Float64Array(many * STRIDE), ids: new Int32Array(many * ID_WORDS) };
}

/** Writes a position's numbers at `at`. */
export function writePosition(values: Float64Array, at: number, position: Position): void {
  values[at + AT_MS] = position.atMs;
  values[at + LAT] = position.lat;
  values[at + LNG] = position.lng;
  values[at + ACCURACY_M] = position.accuracyM ?? Number.NaN;
  values[at + SPEED_KMH] = position.speedKmh ?? Number.NaN;
  values[at + HEADING] = position.heading ?? Number.NaN;
  values[at + BATTERY] = position.battery ?? Number.NaN;
}

/** The position stored at `at`. */
export function readPositionAt(values: Float64Array, at: number): Position {
  return {
    atMs: values[at + AT_MS] as number,
    lat: values[at + LAT] as number,
    lng: values[at + LNG] as number,
    accuracyM: known(values[at + ACCURACY_M] as number),
    speedKmh: known(values[at + SPEED_KMH] as number),
    heading: known(values[at + HEADING] as number),
    battery: known(values[at + BATTERY] as number),
  };
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
