import { CourierTable, ID_WORDS } from '../intake/courier-table.ts';
import {
  RECORD_BYTES,
  type Recorded,
  readAtMs,
  readRecord,
  readWords,
  viewOf,
} from './journal-record.ts';

/** A limit that no packed position exceeds. */
const PACKED_BYTES_MAX = 40;

const VERDICT_BITS = 3;
const HAS_ACCURACY = 4;
const HAS_SPEED = 8;
const HAS_HEADING = 16;
const HAS_BATTERY = 32;

/**
 * Packs one courier's positions, in order of arrival: the differences to the previous one, in as
 * few bytes as possible.
 * @param places where their records begin in `records`
 * @param baseMs the time from which the first one's time is counted
 * @returns where the next bytes may be written
 */
function packStretch(
  into: Buffer,
  from: number,
  records: DataView,
  places: readonly number[],
  baseMs: number,
): number {
  let at = from;
  let [atMs, lat, lng] = [baseMs, 0, 0];
  for (const place of places) {
    const next = readRecord(records, place);
    const { accuracyM, speedKmh, heading, battery } = next;
    at = writeVarint(into, at, zigzag(next.atMs - atMs));
    at = writeVarint(into, at, zigzag(next.lat - lat));
    at = writeVarint(into, at, zigzag(next.lng - lng));
    into[at] =
      next.verdict |
      (accuracyM === null ? 0 : HAS_ACCURACY) |
      (speedKmh === null ? 0 : HAS_SPEED) |
      (heading === null ? 0 : HAS_HEADING) |
      (battery === null ? 0 : HAS_BATTERY);
    at += 1;
    if (accuracyM !== null) at = writeVarint(into, at, accuracyM);
    if (speedKmh !== null) at = writeVarint(into, at, speedKmh);
    if (heading !== null) at = writeVarint(into, at, heading);
    if (battery !== null) at = writeVarint(into, at, battery);
    ({ atMs, lat, lng } = next);
  }
  return at;
}

/** Unpacks positions, in order of arrival. */
export function unpackStretch(packed: Uint8Array, baseMs: number): Recorded[] {
  const found: Recorded[] = [];
  let [atMs, lat, lng, at] = [baseMs, 0, 0, 0];
  const next = (): number => {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = packed[at] ?? 0;
      at += 1;
      value += (byte % 128) * factor;
      if (byte < 128) return value;
      factor *= 128;
    }
  };
  while (at < packed.length) {
    atMs += unzigzag(next());
    lat += unzigzag(next());
    lng += unzigzag(next());
    const flags = packed[at] ?? 0;
    at += 1;
    const accuracyM = (flags & HAS_ACCURACY) === 0 ? null : next();
    const speedKmh = (flags & HAS_SPEED) === 0 ? null : next();
    const heading = (flags & HAS_HEADING) === 0 ? null : next();
    const battery = (flags & HAS_BATTERY) === 0 ? null : next();
    const verdict = flags & VERDICT_BITS;
    found.push({ atMs, lat, lng, accuracyM, speedKmh, heading, battery, verdict });
  }
  return found;
}

/**
 * Writes a whole number in as few bytes as possible; returns where the next bytes may be written.
 * It uses arithmetic instead of bit operations, because a difference of longitudes does not fit in
 * 32 bits.
 */
function writeVarint(into: Buffer, from: number, value: number): number {
  let at = from;
  let left = value;
  while (left >= 128) {
    into[at] = (left % 128) + 128;
    left = Math.floor(left / 128);
    at += 1;
  }
  into[at] = left;
  return at + 1;
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function unzigzag(value: number): number {
  return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
}

/** The columns of `courier_stretches`, in the order of the rows here. */
export const STRETCH_COLUMNS = '(courier_id, at, until, positions, packed)';

/** One day's rows for COPY, in PostgreSQL's binary format. */
export interface DayOfStretches {
  readonly day: number;
  readonly chunks: Buffer[];
}

const DAY_MS = 86_400_000;
/**
 * The size of a row without its packed positions: the number of fields, then the length and content
 * of each.
 */
const ROW_HEAD_BYTES = 2 + 20 + 12 + 12 + 8 + 4;
const FIELDS = 5;
/** The origin of PostgreSQL's instants, which are microseconds since 2000. */
const EPOCH_MS = Date.UTC(2000, 0, 1);
const HIGH = 2 ** 32;
const CHUNK_BYTES = 262_144;

/** The records of one courier, the last one first; each links to the previous one. */
interface Chain {
  last: number;
}

/** Packs journal records into one row per courier and day, grouped by day. Pure. */
export function cutStretches(parts: readonly Uint8Array[]): DayOfStretches[] {
  const bytes = parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
  const records = viewOf(bytes);
  const count = bytes.length / RECORD_BYTES;
  const before = new Int32Array(count);
  const chains: Chain[] = [];
  const table = new CourierTable<Chain>();
  const words = new Int32Array(ID_WORDS);
  for (let index = 0; index < count; index += 1) {
    readWords(records, index * RECORD_BYTES, words);
    let chain = table.get(words, 0);
    if (chain === undefined) {
      chain = { last: -1 };
      table.set(words, 0, chain);
      chains.push(chain);
    }
    before[index] = chain.last;
    chain.last = index;
  }
  const days = new Map<number, DayWriter>();
  for (const { last } of chains) writeChain(days, records, before, last);
  return [...days.values()].map((each) => each.end());
}

/** Writes a courier's rows: nearly always one, unless the day changes in between. */
function writeChain(
  days: Map<number, DayWriter>,
  records: DataView,
  before: Int32Array,
  last: number,
): void {
  const places: number[] = [];
  for (let index = last; index >= 0; index = before[index] as number)
    places.push(index * RECORD_BYTES);
  places.reverse();
  const dayOf = (place: number) => Math.floor(readAtMs(records, place) / DAY_MS);
  const isOfOne = places.every((place) => dayOf(place) === dayOf(places[0] as number));
  const all = isOfOne ? [dayOf(places[0] as number)] : [...new Set(places.map(dayOf))];
  for (const day of all) {
    const writer = days.get(day) ?? new DayWriter(day);
    days.set(day, writer);
    writer.add(records, isOfOne ? places : places.filter((place) => dayOf(place) === day));
  }
}

class DayWriter {
  readonly #day: DayOfStretches;
  #open: Buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  #used = 0;

  constructor(day: number) {
    this.#day = { day, chunks: [] };
  }

  add(records: DataView, places: readonly number[]): void {
    const bytesMax = ROW_HEAD_BYTES + places.length * PACKED_BYTES_MAX;
    if (this.#used + bytesMax > this.#open.length) {
      this.#close();
      this.#open = Buffer.allocUnsafe(Math.max(CHUNK_BYTES, bytesMax));
    }
    this.#used = writeRow(this.#open, this.#used, records, places);
  }

  end(): DayOfStretches {
    this.#close();
    return this.#day;
  }

  #close(): void {
    if (this.#used > 0) this.#day.chunks.push(this.#open.subarray(0, this.#used));
    this.#used = 0;
  }
}

function writeRow(
  into: Buffer,
  from: number,
  records: DataView,
  places: readonly number[],
): number {
  let [earliestMs, latestMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const place of places) {
    const atMs = readAtMs(records, place);
    if (atMs < earliestMs) earliestMs = atMs;
    if (atMs > latestMs) latestMs = atMs;
  }
  let at = into.writeInt16BE(FIELDS, from);
  at = into.writeInt32BE(ID_WORDS * 4, at);
  const first = places[0] as number;
  for (let byte = 0; byte < ID_WORDS * 4; byte += 1)
    into[at + byte] = records.getUint8(first + byte);
  at = writeInstant(into, at + ID_WORDS * 4, earliestMs);
  at = writeInstant(into, at, latestMs);
  at = into.writeInt32BE(4, at);
  at = into.writeInt32BE(places.length, at);
  const packedAt = at + 4;
  const end = packStretch(into, packedAt, records, places, earliestMs);
  into.writeInt32BE(end - packedAt, at);
  return end;
}

/** Writes an instant as two halves, because a BigInt would cost more than the row. */
function writeInstant(into: Buffer, from: number, atMs: number): number {
  const micros = (atMs - EPOCH_MS) * 1_000;
  const high = Math.floor(micros / HIGH);
  let at = into.writeInt32BE(8, from);
  at = into.writeInt32BE(high, at);
  return into.writeUInt32BE(micros - high * HIGH, at);
}
