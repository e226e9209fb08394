import type { Tenant } from '../../../kernel/tenant.ts';
import { type Database, withTenant } from '../../../platform/database/database.ts';
import { type TrailPoint, unpackTrail } from './compact-trail.ts';
import { simplifyPoints } from './simplify-points.ts';
import { storedPositions } from './stored-positions.ts';
import { oneAMinute } from './thin-trail.ts';
import { type TrailKind, trailsBetween } from './trails.sql.ts';

/** A courier's trail in a period. */
export interface CourierTrail {
  readonly points: readonly TrailPoint[];
  /** Reported but never shown: one point a minute of each kind. */
  readonly doubted: readonly (TrailPoint & { readonly why: 'inaccurate' | 'jump' })[];
  /** False: there was more than fits in one answer, and the trail ends early. */
  readonly isWhole: boolean;
}

/** Two days with a fix each second; older ones have been simplified by then. */
const POSITIONS_MAX = 200_000;
/** About 15 MB as JSON: a month of a phone that reports once a second and always moves. */
const POINTS_MAX = 200_000;

/** The caller has checked the tenant: positions are queried by courier id alone. */
export async function readTrail(
  db: Pick<Database, 'pipeline' | 'app'>,
  tenant: Tenant,
  courierId: string,
  {
    pointsMax = POINTS_MAX,
    positionsMax = POSITIONS_MAX,
    ...span
  }: {
    readonly fromMs: number;
    readonly toMs: number;
    readonly pointsMax?: number;
    readonly positionsMax?: number;
  },
): Promise<CourierTrail> {
  // Before the trails: positions simplified meanwhile are then found twice instead of never.
  const { positions: fresh, completeToMs } = await storedPositions(db.pipeline, courierId, {
    fromMs: span.fromMs,
    toMs: span.toMs,
    limit: positionsMax,
  });
  const stored = await withTenant(db.app, tenant, (tx) =>
    trailsBetween(tx, tenant, courierId, span),
  );
  const toMs = Math.min(span.toMs, completeToMs);
  const isWithin = ({ atMs }: TrailPoint) => atMs >= span.fromMs && atMs <= toMs;
  const of = (kind: TrailKind): TrailPoint[] =>
    stored.flatMap((each) => (each.kind === kind ? unpackTrail(each.trail).filter(isWithin) : []));
  const line = await simplifyPoints(fresh.filter(({ kind }) => kind === 'line'));
  const doubted = (['inaccurate', 'jump'] as const).flatMap((why) =>
    oneAMinute(inTime([...of(why), ...fresh.filter(({ kind }) => kind === why)])).map((point) => ({
      ...bare(point),
      why,
    })),
  );
  const points = inTime([...of('line'), ...line.map(bare)]);
  return {
    points: points.slice(0, pointsMax),
    doubted: inTime(doubted),
    isWhole: completeToMs === Number.POSITIVE_INFINITY && points.length <= pointsMax,
  };
}

/** With the precision of a stored trail, so that it looks the same before and after. */
function bare({ atMs, lat, lng }: TrailPoint): TrailPoint {
  return { atMs, lat: Number(lat.toFixed(6)), lng: Number(lng.toFixed(6)) };
}

/** Each instant once: simplified positions may have been sent again since. */
function inTime<T extends TrailPoint>(points: readonly T[]): T[] {
  const sorted = [...points].sort((a, b) => a.atMs - b.atMs);
  return sorted.filter(({ atMs }, nr) => nr === 0 || atMs !== sorted[nr - 1]?.atMs);
}
