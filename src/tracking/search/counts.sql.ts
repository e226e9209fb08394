import { STATUSES, type Status } from '../../kernel/status.ts';
import { MODES, type Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { queryColumn, queryRow, queryRows } from '../../platform/database/query-rows.ts';
import { type ListingReach, planOf, REACH, type ShipmentSelection } from './listing.sql.ts';
import { partOf } from './narrow.sql.ts';

/** A number of shipments; more were not read. */
export interface ShipmentCount {
  readonly count: number;
  readonly isExact: boolean;
}

/** Counts the tenant's shipments of a list, up to `most`. */
export async function countShipments(
  db: Queryable,
  selection: ShipmentSelection,
  most: number,
  reach: ListingReach = REACH,
): Promise<ShipmentCount> {
  const plan = await planOf(db, selection, reach);
  if (plan === null) return { count: 0, isExact: true };
  const { source, scanned, filtered, isBounded, readAtOnce } = plan;
  const readMax = isBounded ? readAtOnce : most + 1;
  const from = `from ${source} where s.deleted_at is null ${scanned}`;
  const row = await queryRow<{ read: number; found: number }>(db, {
    name: `count_shipments_${plan.name}${isBounded ? '_b' : ''}`,
    text: isBounded
      ? `select count(*)::int as read, (count(*) filter (where true ${filtered}))::int as found
         from (select s.* ${from} limit $1) s`
      : `select count(*)::int as read, count(*)::int as found
         from (select ${from} ${filtered} limit $1) s`,
    values: [readMax, ...plan.values],
  });
  const { read = 0, found = 0 } = row ?? {};
  const isExact = found <= most && (!isBounded || read < readMax);
  return { count: Math.min(found, most), isExact };
}

/** Returns the ids of the tenant's shipments of a list, at most `most`. */
export async function shipmentIdsOf(
  db: Queryable,
  selection: ShipmentSelection,
  most: number,
): Promise<readonly string[]> {
  const plan = await planOf(db, selection, REACH);
  if (plan === null) return [];
  const { source, scanned, filtered } = plan;
  return queryColumn<string>(db, {
    name: `shipment_ids_${plan.name}`,
    text: `select s.id from ${source}
           where s.deleted_at is null ${scanned} ${filtered} limit $1`,
    values: [most, ...plan.values],
  });
}

/** Counts the tenant's shipments that are not archived, by status and each up to `most`. */
export async function countByStatus(
  db: Queryable,
  most: number,
): Promise<ReadonlyMap<Status, number>> {
  const rows = await queryRows<{ status: Status; found: number }>(db, {
    name: 'count_shipments_by_status',
    // Each count reads entries of one index and no rows.
    text: `select w.status, (select count(*) from (
             select from shipments s
             where s.deleted_at is null and s.status = w.status and ${partOf(false)} limit $2
           ) as counted)::int as found
           from unnest($1::text[]) as w(status)`,
    values: [STATUSES, most],
  });
  return new Map(rows.map(({ status, found }) => [status, found]));
}

/** The newest parcel of a merchant in one mode, and how many were added since an instant. */
export interface AddedParcels extends Tenant {
  readonly newestAtMs: number;
  readonly count: number;
}

/** Returns them for each of the merchants and modes with parcels; each counted up to `most`. */
export function addedParcels(
  db: Queryable,
  merchantIds: readonly string[],
  sinceMs: number,
  most: number,
): Promise<AddedParcels[]> {
  return queryRows<AddedParcels>(db, {
    name: 'added_parcels',
    // Each merchant takes entries of one index and a single row.
    text: `select m.id as merchant_id, t.mode, newest.created_at as newest_at,
             (select count(*) from (
               select from shipments s where s.merchant_id = m.id and s.mode = t.mode
                 and s.created_at >= to_timestamp($2 / 1000.0) limit $3
             ) as counted)::int as count
           from unnest($1::uuid[]) as m(id) cross join unnest($4::text[]) as t(mode)
           cross join lateral (
             select created_at from shipments s where s.merchant_id = m.id and s.mode = t.mode
             order by created_at desc limit 1) as newest`,
    values: [merchantIds, sinceMs, most, MODES],
  });
}
