/**
 * An instance for one vehicle, which leaves place 0, visits every other place within its window,
 * and returns.
 */
export interface WindowInstance {
  readonly name: string;
  /** The number of places, including the depot, which is place 0. */
  readonly places: number;
  /** Time and cost from place to place, row by row. */
  readonly matrix: Float64Array;
  readonly ready: Float64Array;
  readonly due: Float64Array;
  /**
   * The data for several vehicles with equal capacity; null: one vehicle, which carries everything.
   */
  readonly several?: WindowVehicles | null;
}

export interface WindowVehicles {
  readonly vehicles: number;
  readonly capacity: number;
  /** How much of the capacity each place needs. */
  readonly demand: Float64Array;
  /** Service time at each place. */
  readonly service: Float64Array;
}

/** Limit of places; the search holds a few matrices of this size. */
const PLACES_MAX = 2_000;
const VEHICLES_MAX = 500;

/**
 * Parses one line of an instance file: a JSON object with `name`, `matrix` (n rows of n) and
 * `windows` (n pairs of ready and due); for several vehicles also `vehicles`, `capacity`, `demands`
 * and `service_times` (n numbers each). Ignores other members. Throws UnreadableInstance with what
 * to fix.
 */
export function readWindowLine(line: string, lineNr: number): WindowInstance {
  const fail = (message: string): never => {
    throw new UnreadableInstance(lineNr, message);
  };
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return fail('is not a JSON object; expected name, matrix and windows on one line');
  }
  if (typeof parsed !== 'object' || parsed === null) return fail('is not a JSON object');
  const given = parsed as Readonly<Record<string, unknown>>;
  const { name, matrix, windows } = given;
  if (!Array.isArray(matrix) || matrix.length === 0) return fail('matrix is missing or empty');
  const places = matrix.length;
  if (places > PLACES_MAX) return fail(`has ${places} places; at most ${PLACES_MAX} are solved`);
  const flat = new Float64Array(places * places);
  for (const [index, row] of matrix.entries()) {
    if (!Array.isArray(row) || row.length !== places || !row.every(isTime)) {
      return fail(`row ${index} of matrix is not ${places} numbers of 0 and more`);
    }
    flat.set(row, index * places);
  }
  if (!Array.isArray(windows) || windows.length !== places) {
    return fail(`windows is not ${places} pairs [ready, due], one for each row of matrix`);
  }
  const ready = new Float64Array(places);
  const due = new Float64Array(places);
  for (const [index, window] of windows.entries()) {
    const [from, to] = Array.isArray(window) ? window : [];
    if (!isTime(from) || !isTime(to) || to < from) {
      return fail(`window ${index} is not a pair [ready, due] with 0 <= ready <= due`);
    }
    ready[index] = from;
    due[index] = to;
  }
  return {
    name: typeof name === 'string' ? name : `line ${lineNr}`,
    places,
    matrix: flat,
    ready,
    due,
    several: vehiclesIn(given, places, fail),
  };
}

function vehiclesIn(
  given: Readonly<Record<string, unknown>>,
  places: number,
  fail: (message: string) => never,
): WindowVehicles | null {
  const { vehicles, capacity } = given;
  const names = ['vehicles', 'capacity', 'demands', 'service_times'];
  if (names.every((name) => given[name] === undefined)) return null;
  const count = vehicles ?? 1;
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1 || count > VEHICLES_MAX) {
    return fail(`vehicles is not a whole number from 1 to ${VEHICLES_MAX}`);
  }
  if (capacity !== undefined && !isTime(capacity)) {
    return fail('capacity is not a number of 0 and more');
  }
  const each = (name: string): Float64Array => {
    const list = given[name] ?? new Array<number>(places).fill(0);
    if (Array.isArray(list) && list.length === places && list.every(isTime)) {
      return Float64Array.from(list);
    }
    return fail(`${name} is not ${places} numbers of 0 and more, one for each row of matrix`);
  };
  return {
    vehicles: count,
    capacity: capacity ?? Number.MAX_SAFE_INTEGER,
    demand: each('demands'),
    service: each('service_times'),
  };
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

/** Thrown for an instance that cannot be read; says where, and what to do about it. */
export class UnreadableInstance extends Error {
  /** The line, from 1; 0: the whole input. */
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}
