import type { Mode, Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import type { TrailKind } from '../trails/trails.sql.ts';

/** A part of a courier's day, as stored in the database until its period ends. */
export interface OldTrail extends Tenant {
  readonly courierId: string;
  /** The day, such as `2026-03-10`. */
  readonly day: string;
  readonly kind: TrailKind;
  readonly part: number;
  readonly reported: number;
  readonly points: number;
  readonly trail: Buffer;
}

/** The trails of days before an instant, oldest first. */
export async function trailsBefore(
  db: Queryable,
  beforeMs: number,
  limit: number,
): Promise<OldTrail[]> {
  const { rows } = await db.query<{
    courier_id: string;
    merchant_id: string;
    mode: Mode;
    day: string;
    kind: TrailKind;
    part: number;
    reported: number;
    points: number;
    trail: Buffer;
  }>(
    `select courier_id, merchant_id, mode, day::text, kind, part, reported, points, trail
     from courier_trails where day < (to_timestamp($1 / 1000.0) at time zone 'UTC')::date
     order by day, courier_id, kind, part limit $2`,
    [beforeMs, limit],
  );
  return rows.map(({ courier_id: courierId, merchant_id: merchantId, ...row }) => ({
    ...row,
    courierId,
    merchantId,
  }));
}

export interface TrailFile {
  readonly key: string;
  readonly madeAtMs: number;
  readonly trails: number;
  readonly sizeBytes: number;
}

/** Records a stored archive file. */
async function insertFile(tx: Queryable, file: TrailFile): Promise<void> {
  await tx.query(
    `insert into archive_files (key, made_at, parcels, trails, size_bytes)
     values ($1, to_timestamp($2 / 1000.0), 0, $3, $4)`,
    [file.key, file.madeAtMs, file.trails, file.sizeBytes],
  );
}

export interface ArchivedTrail {
  /** The trail's id in the file. */
  readonly id: string;
  readonly trail: OldTrail;
  readonly dataKey: Uint8Array;
}

/**
 * Moves trails from the database to a stored file. Trails whose courier was erased meanwhile, and
 * those that another process has moved, get no key, so nobody can open them.
 */
export async function moveToFile(
  tx: Queryable,
  file: TrailFile,
  archived: readonly ArchivedTrail[],
): Promise<void> {
  await insertFile(tx, file);
  await tx.query(
    `with moved as (
       select * from unnest($1::uuid[], $2::uuid[], $3::date[], $4::text[], $5::int[], $6::text[])
         as p(id, courier_id, day, kind, part, key)),
     gone as (
       delete from courier_trails t using moved p
       where t.courier_id = p.courier_id and t.day = p.day and t.kind = p.kind and t.part = p.part
       returning p.id, t.courier_id, t.day, p.key)
     insert into archived_trails (id, courier_id, merchant_id, mode, day, file, data_key)
     select g.id, c.id, c.merchant_id, c.mode, g.day, $7, decode(g.key, 'hex')
     from gone g join couriers c on c.id = g.courier_id`,
    [
      archived.map(({ id }) => id),
      archived.map(({ trail }) => trail.courierId),
      archived.map(({ trail }) => trail.day),
      archived.map(({ trail }) => trail.kind),
      archived.map(({ trail }) => trail.part),
      archived.map(({ dataKey }) => Buffer.from(dataKey).toString('hex')),
      file.key,
    ],
  );
}

export interface TrailKey extends Tenant {
  readonly id: string;
  readonly day: string;
  readonly file: string;
  readonly dataKey: Buffer;
}

/** A courier's archived trails, in order of days. */
export async function archivedTrailsOf(db: Queryable, courierId: string): Promise<TrailKey[]> {
  const { rows } = await db.query<{
    id: string;
    merchant_id: string;
    mode: Mode;
    day: string;
    file: string;
    data_key: Buffer;
  }>(
    `select id, merchant_id, mode, day::text, file, data_key from archived_trails
     where courier_id = $1 order by day, id`,
    [courierId],
  );
  return rows.map(({ merchant_id: merchantId, data_key: dataKey, ...row }) => ({
    ...row,
    merchantId,
    dataKey,
  }));
}

/** Files with rows that no key opens any more, because their courier was erased. */
export async function trailFilesWithErased(db: Queryable, limit: number): Promise<TrailFile[]> {
  const { rows } = await db.query<{
    key: string;
    made_at: Date;
    trails: number;
    size_bytes: string;
  }>(
    `select key, made_at, trails, size_bytes from archive_files f
     where trails > (select count(*) from archived_trails a where a.file = f.key)
     order by made_at, key limit $1`,
    [limit],
  );
  return rows.map((row) => ({
    key: row.key,
    madeAtMs: row.made_at.getTime(),
    trails: row.trails,
    sizeBytes: Number(row.size_bytes),
  }));
}

/** The ids of a file's trails whose key still exists. */
export async function readableTrailIds(db: Queryable, key: string): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ id: string }>(
    'select id from archived_trails where file = $1',
    [key],
  );
  return new Set(rows.map(({ id }) => id));
}

/**
 * Replaces a file by one with only its remaining trails; `next` is null if none remain.
 */
export async function replaceTrailFile(
  tx: Queryable,
  old: string,
  next: TrailFile | null,
): Promise<void> {
  if (next !== null) {
    await insertFile(tx, next);
    await tx.query('update archived_trails set file = $2 where file = $1', [old, next.key]);
  }
  await tx.query('delete from archive_files where key = $1', [old]);
}
