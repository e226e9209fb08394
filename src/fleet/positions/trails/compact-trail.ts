import { simplify } from '../simplify.ts';
import { earthTrail } from '../trail.ts';

/** One point of a trail. */
export interface TrailPoint {
  readonly atMs: number;
  readonly lat: number;
  readonly lng: number;
}

/** The resolution of stored places: eleven centimetres. */
const PARTS_OF_A_DEGREE = 1_000_000;
/** Maximum error introduced by storing a point, metres. */
export const STORED_ERROR_M = 0.08;

/**
 * Packs points, in order of time, as bytes: the differences to the previous point in milliseconds
 * and millionths of a degree, in as few bytes as possible.
 */
export function packTrail(points: readonly TrailPoint[]): Buffer {
  const bytes: number[] = [];
  let [atMs, lat, lng] = [0, 0, 0];
  for (const point of points) {
    const next = [point.lat, point.lng].map((degrees) => Math.round(degrees * PARTS_OF_A_DEGREE));
    pushVarint(bytes, point.atMs - atMs);
    pushVarint(bytes, zigzag((next[0] as number) - lat));
    pushVarint(bytes, zigzag((next[1] as number) - lng));
    [atMs, lat, lng] = [point.atMs, ...(next as [number, number])];
  }
  return Buffer.from(bytes);
}

/** Unpacks the points that `packTrail` packed. */
export function unpackTrail(packed: Uint8Array): TrailPoint[] {
  const points: TrailPoint[] = [];
  let [atMs, lat, lng, at] = [0, 0, 0, 0];
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
    atMs += next();
    lat += unzigzag(next());
    lng += unzigzag(next());
    points.push({ atMs, lat: lat / PARTS_OF_A_DEGREE, lng: lng / PARTS_OF_A_DEGREE });
  }
  return points;
}

/**
 * Appends a whole number in as few bytes as possible. It uses arithmetic instead of bit operations,
 * because epoch milliseconds do not fit in 32 bits.
 */
function pushVarint(bytes: number[], value: number): void {
  let left = value;
  while (left >= 128) {
    bytes.push((left % 128) + 128);
    left = Math.floor(left / 128);
  }
  bytes.push(left);
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function unzigzag(value: number): number {
  return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
}

const MINUTE_MS = 60_000;

/**
 * Selects the first point of each minute: enough for points that are never shown, of which a phone
 * indoors may report thousands. Pure.
 * @param points in order of time
 */
export function oneAMinute<T extends TrailPoint>(points: readonly T[]): T[] {
  let minute = Number.NEGATIVE_INFINITY;
  return points.filter(({ atMs }) => {
    const own = Math.floor(atMs / MINUTE_MS);
    if (own === minute) return false;
    minute = own;
    return true;
  });
}

/** Maximum distance between the shown place and where the courier was at that moment. */
const ERROR_MAX_M = 10;
/** Number of fixes that are simplified in one go: some milliseconds without yielding. */
const AT_ONCE = 2_000;

/**
 * Selects the fewest points that still show where the courier was at any moment. A long trail is
 * processed in pieces, which costs one point each and yields in between.
 * @param points in order of time
 */
export async function simplifyPoints(points: readonly TrailPoint[]): Promise<TrailPoint[]> {
  const left: TrailPoint[] = [];
  for (let from = 0; from < points.length; from += AT_ONCE) {
    // Pieces share a point, so that no gap is left between them.
    const piece = points.slice(Math.max(0, from - 1), from + AT_ONCE);
    const trail = earthTrail(
      piece.map(({ atMs }) => atMs / 1_000),
      piece.map(({ lat }) => lat),
      piece.map(({ lng }) => lng),
    );
    const retained = simplify(trail, ERROR_MAX_M - STORED_ERROR_M);
    for (const index of from === 0 ? retained : retained.slice(1)) {
      left.push(piece[index] as TrailPoint);
    }
    if (points.length > AT_ONCE) await new Promise((resolve) => setImmediate(resolve));
  }
  return left;
}
