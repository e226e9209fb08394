import type { TrailPoint } from './compact-trail.ts';

const MINUTE_MS = 60_000;

/**
 * The first point of each minute: enough for points that are never shown, of which a phone indoors
 * may report thousands. Pure.
 *
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
