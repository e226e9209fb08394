import {
  ACCURACY_M,
  AT_MS,
  BATTERY,
  CourierTable,
  HEADING,
  ID_WORDS,
  idWords,
  LAT,
  LNG,
  SPEED_KMH,
} from '../intake/courier-table.ts';

/**
 * The size of a position's record in the journal: courier, time, place, other measurements, and
 * verdict.
 */
export const RECORD_BYTES = 40;

const ID_AT = 0;
const MS_AT = 16;
const LAT_AT = 24;
const LNG_AT = 28;
const ACCURACY_AT = 32;
const SPEED_AT = 34;
const HEADING_AT = 36;
const BATTERY_AT = 38;
const VERDICT_AT = 39;

/** Places are stored in ten-millionths of a degree. */
export const PARTS_OF_A_DEGREE = 10_000_000;
const SMALL_MAX = 32_767;
const NO_SMALL = 65_535;
const NO_BATTERY = 255;

/** A position as stored; measurements are whole metres, kilometres an hour, degrees and percent. */
export interface Recorded {
  readonly atMs: number;
  /** In ten-millionths of a degree. */
  readonly lat: number;
  readonly lng: number;
  readonly accuracyM: number | null;
  readonly speedKmh: number | null;
  readonly heading: number | null;
  readonly battery: number | null;
  /** The verdict's index in `VERDICTS`. */
  readonly verdict: number;
}

/**
 * Writes a record at `at`.
 * @param ids the words of the courier's UUID, from `idAt` on
 * @param index where the position's numbers begin in `values`
 */
export function writeRecord(
  into: DataView,
  at: number,
  ids: Int32Array,
  idAt: number,
  values: Float64Array,
  index: number,
  verdict: number,
): void {
  into.setInt32(at + ID_AT, ids[idAt] as number);
  into.setInt32(at + ID_AT + 4, ids[idAt + 1] as number);
  into.setInt32(at + ID_AT + 8, ids[idAt + 2] as number);
  into.setInt32(at + ID_AT + 12, ids[idAt + 3] as number);
  into.setFloat64(at + MS_AT, values[index + AT_MS] as number);
  into.setInt32(at + LAT_AT, Math.round((values[index + LAT] as number) * PARTS_OF_A_DEGREE));
  into.setInt32(at + LNG_AT, Math.round((values[index + LNG] as number) * PARTS_OF_A_DEGREE));
  into.setUint16(at + ACCURACY_AT, small(values[index + ACCURACY_M] as number));
  into.setUint16(at + SPEED_AT, small(values[index + SPEED_KMH] as number));
  into.setUint16(at + HEADING_AT, small(values[index + HEADING] as number));
  const battery = values[index + BATTERY] as number;
  into.setUint8(at + BATTERY_AT, Number.isNaN(battery) ? NO_BATTERY : Math.round(battery));
  into.setUint8(at + VERDICT_AT, verdict);
}

function small(value: number): number {
  return Number.isNaN(value) ? NO_SMALL : Math.min(SMALL_MAX, Math.round(value));
}

/** Reads the courier's UUID of a record, as words. */
export function readWords(from: DataView, at: number, into: Int32Array): void {
  for (let word = 0; word < ID_WORDS; word += 1) into[word] = from.getInt32(at + ID_AT + word * 4);
}

export function readAtMs(from: DataView, at: number): number {
  return from.getFloat64(at + MS_AT);
}

/** Reads the record at `at`. */
export function readRecord(from: DataView, at: number): Recorded {
  return {
    atMs: readAtMs(from, at),
    lat: from.getInt32(at + LAT_AT),
    lng: from.getInt32(at + LNG_AT),
    accuracyM: orNull(from.getUint16(at + ACCURACY_AT), NO_SMALL),
    speedKmh: orNull(from.getUint16(at + SPEED_AT), NO_SMALL),
    heading: orNull(from.getUint16(at + HEADING_AT), NO_SMALL),
    battery: orNull(from.getUint8(at + BATTERY_AT), NO_BATTERY),
    verdict: from.getUint8(at + VERDICT_AT),
  };
}

function orNull(value: number, none: number): number | null {
  return value === none ? null : value;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const BUCKETS_LESS_ONE = 63;
export const BUCKETS = BUCKETS_LESS_ONE + 1;

/** The journal bucket of a courier, chosen by the random end of the id. */
export function bucketOf(ids: Int32Array, at: number): number {
  return (ids[at + ID_WORDS - 1] as number) & BUCKETS_LESS_ONE;
}

/** The UUIDs of the couriers with records in these parts, each once. */
export function couriersOf(parts: readonly Uint8Array[]): string[] {
  const table = new CourierTable<{ readonly hex: string }>();
  const found: { readonly hex: string }[] = [];
  const words = new Int32Array(ID_WORDS);
  for (const part of parts) {
    const view = viewOf(part);
    for (let at = 0; at < part.length; at += RECORD_BYTES) {
      readWords(view, at, words);
      if (table.get(words, 0) !== undefined) continue;
      const courier = {
        hex: Buffer.from(part.subarray(at + ID_AT, at + MS_AT)).toString('hex'),
      };
      table.set(words, 0, courier);
      found.push(courier);
    }
  }
  return found.map(({ hex }) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));
}

/** Splits a UUID into words. */
export function wordsOfUuid(uuid: string): Int32Array {
  return idWords(Buffer.from(uuid.replaceAll('-', ''), 'hex'));
}

/** Reads a courier's records from these parts. */
export function recordsOf(parts: readonly Uint8Array[], words: Int32Array): Recorded[] {
  const own = new Int32Array(ID_WORDS);
  return parts.flatMap((part) => {
    const view = viewOf(part);
    const found: Recorded[] = [];
    for (let at = 0; at < part.length; at += RECORD_BYTES) {
      readWords(view, at, own);
      if (own.every((word, index) => word === words[index])) found.push(readRecord(view, at));
    }
    return found;
  });
}

/** The time of each courier's latest record; couriers without one are left out. */
export function latestOf(
  parts: readonly Uint8Array[],
  courierIds: readonly string[],
): ReadonlyMap<string, number> {
  const table = new CourierTable<{ readonly courierId: string; atMs: number }>();
  const all = courierIds.map((courierId) => ({ courierId, atMs: Number.NEGATIVE_INFINITY }));
  for (const each of all) table.set(wordsOfUuid(each.courierId), 0, each);
  const words = new Int32Array(ID_WORDS);
  for (const part of parts) {
    const view = viewOf(part);
    for (let at = 0; at < part.length; at += RECORD_BYTES) {
      readWords(view, at, words);
      const found = table.get(words, 0);
      if (found !== undefined) found.atMs = Math.max(found.atMs, readAtMs(view, at));
    }
  }
  const there = all.filter(({ atMs }) => atMs > Number.NEGATIVE_INFINITY);
  return new Map(there.map(({ courierId, atMs }) => [courierId, atMs]));
}
