/** One point of a trail. */
export interface TrailPoint {
  readonly atMs: number;
  readonly lat: number;
  readonly lng: number;
}

/** Eleven centimetres. */
const PARTS_OF_A_DEGREE = 1_000_000;
/** Maximum error introduced by storing a point, metres. */
export const STORED_ERROR_M = 0.08;

/**
 * Points in order of time as bytes: the differences to the previous point, in as few bytes as
 * possible. Milliseconds, and millionths of a degree.
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

/** Arithmetic instead of bit operations: epoch milliseconds do not fit in 32 bits. */
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
