import { simplify } from '../simplify.ts';
import { earthTrail } from '../trail.ts';
import { STORED_ERROR_M, type TrailPoint } from './compact-trail.ts';

/** Maximum distance between the shown place and where the courier was at that moment. */
const ERROR_MAX_M = 10;
/** Fixes simplified in one go: some milliseconds without yielding. */
const AT_ONCE = 2_000;

/**
 * The fewest points that still say where the courier was at any moment. Processes a long trail in
 * pieces, which costs one point each and yields in between.
 *
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
