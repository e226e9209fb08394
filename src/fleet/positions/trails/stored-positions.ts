import type { Tenant } from '../../../kernel/tenant.ts';
import { type Database, type Queryable, withTenant } from '../../../platform/database/database.ts';
import type { Partition } from '../../../platform/partitions/partitions.sql.ts';
import { oneAMinute, simplifyPoints, type TrailPoint, unpackTrail } from './compact-trail.ts';
import { bucketOf, latestOf, type Recorded, recordsOf, wordsOfUuid } from './journal-record.ts';
import { unpackStretch } from './stretch.ts';
import {
  journalOf,
  lastStretchesOf,
  type StoredStretch,
  stretchesBetween,
  takeStretches,
} from './stretches.sql.ts';
import {
  lastRowsOf,
  positionsBetween,
  type StoredPosition,
  type TrailKind,
  toStored,
  trailsBetween,
} from './trails.sql.ts';

/** A courier's trail in a period. */
export interface CourierTrail {
  readonly points: readonly TrailPoint[];
  /** Positions that were reported but never shown: one point a minute of each kind. */
  readonly doubted: readonly (TrailPoint & { readonly why: 'inaccurate' | 'jump' })[];
  /**
   * Whether this is all; false: there was more than fits in one answer, and the trail ends early.
   */
  readonly isWhole: boolean;
}

/**
 * Maximum of positions read: two days with a fix each second. Older positions have been simplified
 * by then.
 */
const POSITIONS_MAX = 200_000;
/**
 * Maximum of points returned: about 15 MB as JSON, or a month of a phone that reports once a second
 * and always moves.
 */
const POINTS_MAX = 200_000;

/**
 * Reads a courier's trail in a period. The caller has checked the tenant, because positions are
 * queried by courier id alone.
 */
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
  // Read before the trails, so that positions simplified meanwhile are found twice instead of
  // never.
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
    oneAMinute(sortDistinct([...of(why), ...fresh.filter(({ kind }) => kind === why)])).map(
      (point) => ({
        ...rounded(point),
        why,
      }),
    ),
  );
  const points = sortDistinct([...of('line'), ...line.map(rounded)]);
  return {
    points: points.slice(0, pointsMax),
    doubted: sortDistinct(doubted),
    isWhole: completeToMs === Number.POSITIVE_INFINITY && points.length <= pointsMax,
  };
}

/**
 * A point with the precision of a stored trail, so that it looks the same before and after it is
 * stored.
 */
function rounded({ atMs, lat, lng }: TrailPoint): TrailPoint {
  return { atMs, lat: Number(lat.toFixed(6)), lng: Number(lng.toFixed(6)) };
}

/** Sorts points by time, each instant once: simplified positions may have been sent again since. */
function sortDistinct<T extends TrailPoint>(points: readonly T[]): T[] {
  const sorted = [...points].sort((a, b) => a.atMs - b.atMs);
  return sorted.filter(({ atMs }, index) => index === 0 || atMs !== sorted[index - 1]?.atMs);
}

interface FoundPositions {
  readonly positions: readonly StoredPosition[];
  /**
   * The time after which positions were left out, because there are too many; infinity: none were.
   */
  readonly completeToMs: number;
}

/**
 * Reads a courier's positions that are not simplified yet, from all tables, in order of time,
 * without repeats. If there are more than `limit`, reads the earliest. Needs the pipeline's role.
 */
export async function storedPositions(
  db: Queryable,
  courierId: string,
  span: { readonly fromMs: number; readonly toMs: number; readonly limit: number },
): Promise<FoundPositions> {
  const words = wordsOfUuid(courierId);
  // Read first, so that positions moved to their day meanwhile are found twice instead of never.
  const journal = recordsOf(await journalOf(db, bucketOf(words, 0)), words);
  const { stretches, leftOutFromMs } = await stretchesBetween(db, courierId, span);
  const rows = await positionsBetween(db, courierId, span);
  const lastRowMs = rows.length < span.limit ? Number.POSITIVE_INFINITY : (rows.at(-1)?.atMs ?? 0);
  const completeToMs = Math.min(leftOutFromMs - 1, lastRowMs);
  const recorded = [...journal, ...stretches.flatMap(unpacked)].filter(
    ({ atMs }) => atMs >= span.fromMs && atMs <= span.toMs,
  );
  const found = sortByBestVerdict([...recorded.map(toStored), ...rows]);
  const positions = found.filter(({ atMs }) => atMs <= completeToMs).slice(0, span.limit);
  const isWhole = positions.length === found.length;
  return {
    positions,
    completeToMs: isWhole ? completeToMs : (positions.at(-1)?.atMs ?? completeToMs),
  };
}

/**
 * Removes a courier's earliest stretches from a day, and returns their positions: the given number
 * or a few more.
 */
export async function takeStretched(
  tx: Queryable,
  partition: Pick<Partition, 'name'>,
  courierId: string,
  limit: number,
): Promise<StoredPosition[]> {
  const stretches = await takeStretches(tx, partition, courierId, limit);
  return sortByBestVerdict(stretches.flatMap(unpacked).map(toStored));
}

/**
 * When each of these couriers last sent a position, not before the given time; epoch ms. Needs the
 * pipeline's role.
 */
export async function lastPositionsOf(
  db: Queryable,
  courierIds: readonly string[],
  sinceMs: number,
): Promise<ReadonlyMap<string, number>> {
  const last = new Map<string, number>();
  if (courierIds.length === 0) return last;
  const note = (courierId: string, atMs: number) => {
    if (atMs >= sinceMs) last.set(courierId, Math.max(atMs, last.get(courierId) ?? atMs));
  };
  const byBucket = new Map<number, string[]>();
  for (const courierId of courierIds) {
    const bucket = bucketOf(wordsOfUuid(courierId), 0);
    byBucket.set(bucket, [...(byBucket.get(bucket) ?? []), courierId]);
  }
  for (const [bucket, own] of byBucket) {
    const latest = latestOf(await journalOf(db, bucket), own);
    for (const [courierId, atMs] of latest) note(courierId, atMs);
  }
  for (const find of [lastStretchesOf, lastRowsOf]) {
    for (const [courierId, atMs] of await find(db, courierIds, sinceMs)) note(courierId, atMs);
  }
  return last;
}

function unpacked({ atMs, packed }: StoredStretch): Recorded[] {
  return unpackStretch(packed, atMs);
}

/** Sorts positions by time, each instant once, with its most favourable verdict. */
function sortByBestVerdict(positions: readonly StoredPosition[]): StoredPosition[] {
  const sorted = [...positions].sort((a, b) => a.atMs - b.atMs || a.verdict - b.verdict);
  return sorted.filter(({ atMs }, index) => index === 0 || atMs !== sorted[index - 1]?.atMs);
}
