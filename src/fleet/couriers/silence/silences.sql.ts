import type { Mode, Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import {
  queryAny,
  queryColumn,
  queryCount,
  queryRow,
  queryRows,
} from '../../../platform/database/query-rows.ts';
import { IS_REAL } from '../is-real.sql.ts';

/** A courier on shift with parcels to deliver or to load. Epoch ms. */
export interface AtWork {
  readonly courierId: string;
  readonly tenant: Tenant;
  /** The last contact: a position, a scan, another queued action, or the start of the shift. */
  readonly lastContactMs: number;
  /** The courier's current silence; null: none. */
  readonly silence: { readonly id: string; readonly sinceMs: number } | null;
}

/** The couriers of all merchants who are on shift with parcels. Needs the pipeline's role. */
export async function couriersWithParcels(db: Queryable, nowMs: number): Promise<AtWork[]> {
  const rows = await queryRows<{
    id: string;
    merchantId: string;
    mode: Mode;
    lastContactMs: number;
    silenceId: string | null;
    sinceMs: number | null;
  }>(db, {
    name: 'couriers_at_work',
    text: `
      select c.id, c.merchant_id, c.mode, s.id as silence_id,
        s.since, greatest(c.shift_since, l.received_at, d.events_at, d.enrolled_at, p.taken_at,
          e.ended_at) as last_contact
      from couriers c
      cross join lateral (
        select max(held_since) as taken_at, count(*) as parcels
        from courier_parcels where courier_id = c.id and done_at is null) p
      cross join lateral (
        select max(done_at) as ended_at from courier_parcels
        where courier_id = c.id and done_at >= c.shift_since
          and done_why in ('delivered', 'returned', 'handed_in')) e
      left join courier_places l on l.courier_id = c.id
      left join courier_devices d on d.courier_id = c.id and d.ended_at is null
      left join courier_silences s on s.courier_id = c.id and s.ended_at is null
      where c.on_shift and p.parcels > 0
        and (c.shift_ends_at is null or c.shift_ends_at > to_timestamp($1 / 1000.0))
        and c.${IS_REAL}`,
    values: [nowMs],
  });
  return rows.map((row) => ({
    courierId: row.id,
    tenant: { merchantId: row.merchantId, mode: row.mode },
    lastContactMs: row.lastContactMs,
    silence:
      row.silenceId === null || row.sinceMs === null
        ? null
        : { id: row.silenceId, sinceMs: row.sinceMs },
  }));
}

/** The next parcel of a courier that belongs to a shipment; null: there is none. */
export async function nextParcel(db: Queryable, courierId: string): Promise<string | null> {
  const row = await queryRow<{ shipmentId: string }>(
    db,
    `select shipment_id from courier_parcels
     where courier_id = $1 and done_at is null and shipment_id is not null
     order by held_since is null, place nulls last, held_since desc limit 1`,
    [courierId],
  );
  return row?.shipmentId ?? null;
}

/** Inserts a silence. Returns false if one is already recorded, or the courier was removed. */
export function insertSilence(
  db: Queryable,
  { merchantId, mode }: Tenant,
  silence: {
    readonly id: string;
    readonly courierId: string;
    readonly sinceMs: number;
    readonly shipmentId: string | null;
    readonly nowMs: number;
  },
): Promise<boolean> {
  return queryAny(
    db,
    `insert into courier_silences (id, courier_id, merchant_id, mode, since, found_at, shipment_id)
     select $1, c.id, $3, $4, to_timestamp($5 / 1000.0), to_timestamp($6 / 1000.0), $7
     from couriers c where c.id = $2
     on conflict (courier_id) where ended_at is null do nothing`,
    [
      silence.id,
      silence.courierId,
      merchantId,
      mode,
      silence.sinceMs,
      silence.nowMs,
      silence.shipmentId,
    ],
  );
}

/** The next sequence number of the courier's events in the log. */
export async function nextCourierSequence(db: Queryable, courierId: string): Promise<number> {
  const row = await queryRow<{ events: number }>(
    db,
    'update couriers set events = events + 1 where id = $1 returning events',
    [courierId],
  );
  if (row === null) throw new Error('the courier is gone');
  return row.events;
}

/** Ends these silences, because their couriers made contact or have nothing left to deliver. */
export async function endSilences(
  db: Queryable,
  ids: readonly string[],
  nowMs: number,
): Promise<void> {
  if (ids.length === 0) return;
  await db.query(
    `update courier_silences set ended_at = to_timestamp($2 / 1000.0), is_announced = false
     where id = any($1::uuid[]) and ended_at is null`,
    [ids, nowMs],
  );
}

/** The ids of current silences of couriers other than these. */
export function silencesBut(
  db: Queryable,
  courierIds: readonly string[],
): Promise<readonly string[]> {
  return queryColumn<string>(
    db,
    `select id from courier_silences
     where ended_at is null and not (courier_id = any($1::uuid[]))`,
    [courierIds],
  );
}

/** The silences that the cases of their parcel do not reflect yet. */
export async function unpublishedSilences(
  db: Queryable,
  limit: number,
): Promise<
  readonly {
    readonly id: string;
    readonly tenant: Tenant;
    readonly shipmentId: string | null;
    readonly lasts: boolean;
  }[]
> {
  const rows = await queryRows<{
    id: string;
    merchantId: string;
    mode: Mode;
    shipmentId: string | null;
    lasts: boolean;
  }>(
    db,
    `select id, merchant_id, mode, shipment_id, ended_at is null as lasts
     from courier_silences where not is_announced order by id limit $1`,
    [limit],
  );
  return rows.map(({ id, merchantId, mode, shipmentId, lasts }) => ({
    id,
    shipmentId,
    lasts,
    tenant: { merchantId, mode },
  }));
}

/** Marks the parcel's cases as up to date with the silence, unless it ended meanwhile. */
export async function markSilencePublished(
  db: Queryable,
  id: string,
  lasts: boolean,
): Promise<void> {
  await db.query(
    'update courier_silences set is_announced = true where id = $1 and (ended_at is null) = $2',
    [id, lasts],
  );
}

/** The silence that the parcel's case is about; null: no silent courier has it. */
export async function silenceOfParcel(db: Queryable, shipmentId: string): Promise<string | null> {
  const row = await queryRow<{ id: string }>(db, {
    name: 'silence_of_parcel',
    text: 'select id from courier_silences where shipment_id = $1 and ended_at is null limit 1',
    values: [shipmentId],
  });
  return row?.id ?? null;
}

/** Since when each of these couriers has been silent, epoch ms. Needs the pipeline's role. */
export async function silentSince(
  db: Queryable,
  courierIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await queryRows<{ courierId: string; sinceMs: number }>(db, {
    name: 'silent_since',
    text: `select courier_id, since from courier_silences
           where ended_at is null and courier_id = any($1::uuid[])`,
    values: [courierIds],
  });
  return new Map(rows.map(({ courierId, sinceMs }) => [courierId, sinceMs]));
}

/** Deletes at most `limit` ended silences that were found before then; returns how many. */
export function dropSilencesBefore(
  db: Queryable,
  beforeMs: number,
  limit: number,
): Promise<number> {
  return queryCount(
    db,
    `delete from courier_silences where id in (
       select id from courier_silences
       where found_at < to_timestamp($1 / 1000.0) and ended_at is not null limit $2)`,
    [beforeMs, limit],
  );
}
