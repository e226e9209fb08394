import { type Recorded, readRecord } from './journal-record.ts';

/** More than a packed position ever takes. */
export const PACKED_BYTES_MAX = 40;

const VERDICT_BITS = 3;
const HAS_ACCURACY = 4;
const HAS_SPEED = 8;
const HAS_HEADING = 16;
const HAS_BATTERY = 32;

/**
 * Packs one courier's positions, in order of arrival: the differences to the previous one, in as
 * few bytes as possible.
 *
 * @param places where their records begin in `records`
 * @param baseMs the origin of the first one's time
 * @returns where the next may be written
 */
export function packStretch(
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

/** Unpacks the positions, in order of arrival. */
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

/** Arithmetic instead of bit operations: a difference of longitudes does not fit in 32 bits. */
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
