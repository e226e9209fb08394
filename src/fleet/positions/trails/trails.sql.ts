import type { Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { queryCount } from '../../../platform/database/query-rows.ts';
import type { Partition } from '../../../platform/partitions/partitions.sql.ts';
import { VERDICTS } from '../judge-fix.ts';
import { PARTS_OF_A_DEGREE } from './journal-record.ts';

export const TRAIL_KINDS = ['line', 'inaccurate', 'jump'] as const;
export type TrailKind = (typeof TRAIL_KINDS)[number];

/** A stored position; `older` ones belong to the line. */
export interface StoredPosition {
  readonly atMs: number;
  readonly lat: number;
  readonly lng: number;
  readonly kind: TrailKind;
  /** The verdict's index in `VERDICTS`. */
  readonly verdict: number;
}

interface PositionRow {
  /** A string, as PostgreSQL drivers return bigint. */
  readonly at_ms: string;
  readonly lat: number;
  readonly lng: number;
  readonly verdict: number;
}

/**
 * Reads a courier's positions in a period, in order of time, without repeats. Needs the pipeline's
 * role.
 */
export async function positionsBetween(
  db: Queryable,
  courierId: string,
  span: { readonly fromMs: number; readonly toMs: number; readonly limit: number },
): Promise<StoredPosition[]> {
  const { rows } = await db.query<PositionRow>({
    name: 'positions_between',
    text: `select distinct on (at) (extract(epoch from at) * 1000)::bigint as at_ms, lat, lng, verdict
           from courier_positions
           where courier_id = $1 and at >= to_timestamp($2 / 1000.0) and at <= to_timestamp($3 / 1000.0)
           order by at, verdict limit $4`,
    values: [courierId, span.fromMs, span.toMs, span.limit],
  });
  return rows.map(toPosition);
}

function toPosition({ at_ms, lat, lng, verdict }: PositionRow): StoredPosition {
  return toStored({ atMs: Number(at_ms), lat, lng, verdict });
}

const INACCURATE = VERDICTS.indexOf('inaccurate');
const JUMP = VERDICTS.indexOf('jump');

/** Converts a position in ten-millionths of a degree to degrees, and its verdict to a kind. */
export function toStored({
  atMs,
  lat,
  lng,
  verdict,
}: Omit<StoredPosition, 'kind'>): StoredPosition {
  const kind = verdict === INACCURATE ? 'inaccurate' : verdict === JUMP ? 'jump' : 'line';
  return { atMs, lat: lat / PARTS_OF_A_DEGREE, lng: lng / PARTS_OF_A_DEGREE, kind, verdict };
}

/** The ids of some couriers that have positions in a partition, in order. */
export async function couriersIn(
  db: Queryable,
  { name }: Pick<Partition, 'name'>,
  limit: number,
): Promise<string[]> {
  // One index step for each courier, not one for each position.
  const { rows } = await db.query<{ courier_id: string }>(
    `with recursive found as (
       (select courier_id from ${name} order by courier_id limit 1)
       union all
       select (select p.courier_id from ${name} p where p.courier_id > found.courier_id
               order by p.courier_id limit 1)
       from found where found.courier_id is not null)
     select courier_id from found where courier_id is not null limit $1`,
    [limit],
  );
  return rows.map(({ courier_id }) => courier_id);
}

/** Removes a courier's earliest positions from a partition, in order of time, each instant once. */
export async function takePositions(
  tx: Queryable,
  { name }: Pick<Partition, 'name'>,
  courierId: string,
  limit: number,
): Promise<StoredPosition[]> {
  const { rows } = await tx.query<PositionRow>(
    `with gone as (
       delete from ${name} where ctid = any(array(
         select ctid from ${name} where courier_id = $1 order by at limit $2))
       returning at, lat, lng, verdict)
     select distinct on (at) (extract(epoch from at) * 1000)::bigint as at_ms, lat, lng, verdict
     from gone order by at, verdict`,
    [courierId, limit],
  );
  return rows.map(toPosition);
}

interface PackedTrail {
  readonly kind: TrailKind;
  readonly fromMs: number;
  readonly toMs: number;
  readonly reported: number;
  readonly points: number;
  readonly trail: Uint8Array;
}

/** Stores a part of a courier's day, unless the courier was erased. */
export async function insertTrail(
  tx: Queryable,
  courierId: string,
  dayMs: number,
  trail: PackedTrail,
): Promise<void> {
  await tx.query(
    `insert into courier_trails (courier_id, day, kind, part, merchant_id, mode, from_at, to_at,
       reported, points, trail)
     select c.id, (to_timestamp($2 / 1000.0) at time zone 'UTC')::date, $3,
       (select coalesce(max(part), 0) + 1 from courier_trails t where t.courier_id = c.id
        and t.day = (to_timestamp($2 / 1000.0) at time zone 'UTC')::date and t.kind = $3),
       c.merchant_id, c.mode, to_timestamp($4 / 1000.0), to_timestamp($5 / 1000.0), $6, $7, $8
     from couriers c where c.id = $1 for key share`,
    [
      courierId,
      dayMs,
      trail.kind,
      trail.fromMs,
      trail.toMs,
      trail.reported,
      trail.points,
      trail.trail,
    ],
  );
}

interface StoredTrail {
  readonly kind: TrailKind;
  readonly trail: Buffer;
}

/** Reads the parts of trails that overlap a period; a tenant's role sees its own. */
export async function trailsBetween(
  db: Queryable,
  { merchantId, mode }: Tenant,
  courierId: string,
  span: { readonly fromMs: number; readonly toMs: number },
): Promise<StoredTrail[]> {
  const { rows } = await db.query<StoredTrail>({
    name: 'trails_between',
    text: `select kind, trail from courier_trails
           where merchant_id = $1 and mode = $2 and courier_id = $3
             and from_at <= to_timestamp($5 / 1000.0) and to_at >= to_timestamp($4 / 1000.0)
           order by day, part`,
    values: [merchantId, mode, courierId, span.fromMs, span.toMs],
  });
  return rows;
}

/** Removes trails of days before an instant; returns how many. */
export function dropTrailsBefore(db: Queryable, beforeMs: number, limit: number): Promise<number> {
  return queryCount(
    db,
    `delete from courier_trails where (courier_id, day, kind, part) in (
       select courier_id, day, kind, part from courier_trails
       where day < (to_timestamp($1 / 1000.0) at time zone 'UTC')::date limit $2)`,
    [beforeMs, limit],
  );
}

/** Deletes an erased courier's positions. */
export async function erasePositions(db: Queryable, courierId: string): Promise<void> {
  await db.query('delete from courier_positions where courier_id = $1', [courierId]);
}

/**
 * When the last row of each of these couriers in `courier_positions` was reported, not before the
 * given time. Needs the pipeline's role.
 */
export async function lastRowsOf(
  db: Queryable,
  courierIds: readonly string[],
  sinceMs: number,
): Promise<ReadonlyMap<string, number>> {
  if (courierIds.length === 0) return new Map();
  const { rows } = await db.query<{ courier_id: string; at: Date }>({
    name: 'last_positions_of',
    text: `select courier_id, max(at) as at from courier_positions
           where courier_id = any($1::uuid[]) and at >= to_timestamp($2 / 1000.0)
           group by courier_id`,
    values: [courierIds, sinceMs],
  });
  return new Map(rows.map(({ courier_id: id, at }) => [id, at.getTime()]));
}
