import type { Position } from './position.ts';

const FIRST_SLOTS = 1_024;
/**
 * Slots for each entry. The table is less than half full, so that nearly every lookup needs one or
 * two steps.
 */
const SLOTS_EACH = 2;

/**
 * A hash table keyed by the four words of a UUID, which are read directly from a request without
 * creating a string. It uses open addressing; removing an entry moves its successors up.
 */
export class CourierTable<T extends object> {
  #keys = new Int32Array(FIRST_SLOTS * ID_WORDS);
  #found: (T | undefined)[] = slots(FIRST_SLOTS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The value of a key. @param at where the key's words begin in `ids`. */
  get(ids: Int32Array, at: number): T | undefined {
    return this.#found[this.#slotOf(ids, at)];
  }

  set(ids: Int32Array, at: number, value: T): void {
    if ((this.#size + 1) * SLOTS_EACH > this.#found.length) this.#grow();
    const slot = this.#slotOf(ids, at);
    if (this.#found[slot] === undefined) this.#size += 1;
    this.#found[slot] = value;
    for (let word = 0; word < ID_WORDS; word += 1) {
      this.#keys[slot * ID_WORDS + word] = ids[at + word] as number;
    }
  }

  delete(ids: Int32Array, at: number): void {
    let hole = this.#slotOf(ids, at);
    if (this.#found[hole] === undefined) return;
    this.#size -= 1;
    const mask = this.#found.length - 1;
    for (let slot = (hole + 1) & mask; this.#found[slot] !== undefined; slot = (slot + 1) & mask) {
      const home = hashOf(this.#keys, slot * ID_WORDS) & mask;
      // An entry may move up unless that puts it before its home slot.
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      this.#found[hole] = this.#found[slot];
      this.#keys.copyWithin(hole * ID_WORDS, slot * ID_WORDS, (slot + 1) * ID_WORDS);
      hole = slot;
    }
    this.#found[hole] = undefined;
  }

  clear(): void {
    this.#keys = new Int32Array(FIRST_SLOTS * ID_WORDS);
    this.#found = slots(FIRST_SLOTS);
    this.#size = 0;
  }

  /** The slot of a key, or the one it would get. */
  #slotOf(ids: Int32Array, at: number): number {
    const mask = this.#found.length - 1;
    const keys = this.#keys;
    let slot = hashOf(ids, at) & mask;
    while (this.#found[slot] !== undefined) {
      const key = slot * ID_WORDS;
      const isSame =
        keys[key + 3] === ids[at + 3] &&
        keys[key + 2] === ids[at + 2] &&
        keys[key + 1] === ids[at + 1] &&
        keys[key] === ids[at];
      if (isSame) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #grow(): void {
    const [keys, found] = [this.#keys, this.#found];
    this.#keys = new Int32Array(keys.length * 2);
    this.#found = slots(found.length * 2);
    this.#size = 0;
    for (const [slot, value] of found.entries()) {
      if (value !== undefined) this.set(keys, slot * ID_WORDS, value);
    }
  }
}

function slots<T>(count: number): (T | undefined)[] {
  return new Array<T | undefined>(count).fill(undefined);
}

/**
 * The hash of a key. The last words of our ids are random, but those of a merchant's migrated ids
 * may not be, so the two are mixed.
 */
function hashOf(ids: Int32Array, at: number): number {
  const mixed = Math.imul(
    (ids[at + 3] as number) ^ Math.imul(ids[at + 2] as number, 0x9e3779b1),
    0x85ebca6b,
  );
  return mixed ^ (mixed >>> 15);
}

/** Splits the bytes of a UUID into words. */
export function idWords(bytes: Uint8Array): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int32Array.from({ length: ID_WORDS }, (_, word) => view.getInt32(word * 4));
}

/** Maximum of positions in a request. */
export const POSITIONS_MAX = 500;

/** The offsets of a position's numbers in its row. Unknown numbers are NaN. */
export const AT_MS = 0;
export const LAT = 1;
export const LNG = 2;
export const ACCURACY_M = 3;
export const SPEED_KMH = 4;
export const HEADING = 5;
export const BATTERY = 6;
/** The number of values from one position to the next. */
export const STRIDE = 8;
/** The number of words of a courier's id. */
export const ID_WORDS = 4;

/**
 * Positions as rows of numbers instead of objects. With a hundred thousand couriers, the object of
 * each position would live until the courier's next one, and cost more to collect than to read.
 */
export interface PositionColumns {
  /** `STRIDE` numbers for each position. */
  readonly values: Float64Array;
  /** `ID_WORDS` words for each position: the courier's UUID, if each position names it. */
  readonly ids: Int32Array;
}

export function positionColumns(count = POSITIONS_MAX): PositionColumns {
  return { values: new Float64Array(count * STRIDE), ids: new Int32Array(count * ID_WORDS) };
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
    accuracyM: nullIfNaN(values[at + ACCURACY_M] as number),
    speedKmh: nullIfNaN(values[at + SPEED_KMH] as number),
    heading: nullIfNaN(values[at + HEADING] as number),
    battery: nullIfNaN(values[at + BATTERY] as number),
  };
}

function nullIfNaN(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

const ROWS_AT_ONCE = 1_024;

/** One row in an array of many; it begins at `from`. */
export interface Row {
  readonly rows: Float64Array;
  readonly from: number;
}

/**
 * Allocates rows of numbers, many in one array. Objects that live as long as a shift and change
 * with each position would be expensive for the garbage collector.
 */
export interface RowSpace {
  /** Returns a row filled with zeros. */
  take(): Row;
  /** Frees a row, which the caller must not use afterwards. */
  free(row: Row): void;
}

/** Creates a space for rows. @param width length of a row */
export function createRowSpace(width: number): RowSpace {
  const free: Row[] = [];
  return {
    take() {
      if (free.length === 0) {
        const rows = new Float64Array(ROWS_AT_ONCE * width);
        for (let index = ROWS_AT_ONCE - 1; index >= 0; index -= 1)
          free.push({ rows, from: index * width });
      }
      const row = free.pop() as Row;
      row.rows.fill(0, row.from, row.from + width);
      return row;
    },
    free: ({ rows, from }) => void free.push({ rows, from }),
  };
}
