import type { Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { queryAny, queryRows } from '../../../platform/database/query-rows.ts';
import type { CourierArrival, DriveTime } from '../../../prediction/index.ts';

export interface NewArrival extends CourierArrival {
  readonly shipmentId: string;
  readonly tenant: Tenant;
  readonly courierId: string;
  /**
   * The predicted time, stored to be judged later; null: it is too far in the future to be judged.
   */
  readonly judged: DriveTime | null;
  /**
   * Distance from the courier to the door in a straight line; null: one position is not known
   * exactly.
   */
  readonly distanceM: number | null;
}

export async function saveArrivals(db: Queryable, made: readonly NewArrival[]): Promise<void> {
  if (made.length === 0) return;
  await db.query({
    name: 'save_arrivals',
    text: `
      insert into courier_arrivals (shipment_id, merchant_id, mode, courier_id, made_at, p10, p50, p90,
        stops_before, judged_at, judged_p10_min, judged_p50_min, judged_p90_min)
      select a.id, a.merchant_id, a.mode, a.courier_id, to_timestamp(a.made_ms / 1000.0),
             to_timestamp(a.p10_ms / 1000.0), to_timestamp(a.p50_ms / 1000.0),
             to_timestamp(a.p90_ms / 1000.0), a.stops_before,
             case when a.judged_p50 is not null then to_timestamp(a.made_ms / 1000.0) end,
             a.judged_p10, a.judged_p50, a.judged_p90
      from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::float8[], $6::float8[],
                  $7::float8[], $8::float8[], $9::int[], $10::float8[], $11::float8[], $12::float8[])
        as a(id, merchant_id, mode, courier_id, made_ms, p10_ms, p50_ms, p90_ms, stops_before,
             judged_p10, judged_p50, judged_p90)
      where exists (select from shipments s where s.id = a.id and s.deleted_at is null)
      on conflict (shipment_id) do update set
        courier_id = excluded.courier_id, made_at = excluded.made_at, p10 = excluded.p10,
        p50 = excluded.p50, p90 = excluded.p90, stops_before = excluded.stops_before,
        judged_at = coalesce(courier_arrivals.judged_at, excluded.judged_at),
        judged_p10_min = coalesce(courier_arrivals.judged_p10_min, excluded.judged_p10_min),
        judged_p50_min = coalesce(courier_arrivals.judged_p50_min, excluded.judged_p50_min),
        judged_p90_min = coalesce(courier_arrivals.judged_p90_min, excluded.judged_p90_min)`,
    values: [
      made.map(({ shipmentId }) => shipmentId),
      made.map(({ tenant }) => tenant.merchantId),
      made.map(({ tenant }) => tenant.mode),
      made.map(({ courierId }) => courierId),
      made.map(({ madeMs }) => madeMs),
      made.map(({ p10Ms }) => p10Ms),
      made.map(({ p50Ms }) => p50Ms),
      made.map(({ p90Ms }) => p90Ms),
      made.map(({ stopsBefore }) => stopsBefore),
      made.map(({ judged }) => judged?.p10Min ?? null),
      made.map(({ judged }) => judged?.p50Min ?? null),
      made.map(({ judged }) => judged?.p90Min ?? null),
    ],
  });
}

/** The predictions for these stops, and when they were made. */
export async function judgedArrivals(
  db: Queryable,
  shipmentIds: readonly string[],
): Promise<Map<string, { readonly predicted: DriveTime; readonly predictedAtMs: number }>> {
  const rows = await queryRows<{
    shipmentId: string;
    atMs: number;
    p10: number;
    p50: number;
    p90: number;
  }>(
    db,
    `select shipment_id, extract(epoch from judged_at)::float8 * 1000 as at_ms,
            judged_p10_min as p10, judged_p50_min as p50, judged_p90_min as p90
     from courier_arrivals where shipment_id = any($1::uuid[]) and judged_at is not null`,
    [shipmentIds],
  );
  return new Map(
    rows.map(({ shipmentId: id, atMs: predictedAtMs, p10, p50, p90 }) => [
      id,
      { predictedAtMs, predicted: { p10Min: p10, p50Min: p50, p90Min: p90 } },
    ]),
  );
}

/** Makes arrivals too old to be shown, without forgetting what was announced. */
export async function backdateArrivals(
  db: Queryable,
  shipmentIds: readonly string[],
  madeMs: number,
): Promise<void> {
  await db.query(
    `update courier_arrivals set made_at = least(made_at, to_timestamp($2 / 1000.0))
     where shipment_id = any($1::uuid[])`,
    [shipmentIds, madeMs],
  );
}

export async function eraseArrival(db: Queryable, shipmentId: string): Promise<void> {
  await db.query('delete from courier_arrivals where shipment_id = $1', [shipmentId]);
}

export async function dropArrivalsBefore(db: Queryable, beforeMs: number): Promise<void> {
  await db.query('delete from courier_arrivals where made_at < to_timestamp($1 / 1000.0)', [
    beforeMs,
  ]);
}

/**
 * When `shipment.arriving` was announced for these parcels, in epoch ms; parcels without an
 * announcement are absent.
 */
export async function arrivingAnnouncedFor(
  db: Queryable,
  shipmentIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (shipmentIds.length === 0) return new Map();
  const rows = await queryRows<{ shipmentId: string; arrivingAtMs: number }>(db, {
    name: 'arrivals_announced',
    text: `select shipment_id, arriving_at from courier_arrivals
           where shipment_id = any($1::uuid[]) and arriving_at is not null`,
    values: [shipmentIds],
  });
  return new Map(rows.map(({ shipmentId, arrivingAtMs }) => [shipmentId, arrivingAtMs]));
}

/**
 * Records that the courier's arrival is announced now.
 *
 * @param endedMs when the last attempt ended: earlier announcements no longer count. Null: none
 *   did.
 * @returns false: it has already been announced for this attempt.
 */
export function markArriving(
  db: Queryable,
  shipmentId: string,
  { nowMs, endedMs }: { readonly nowMs: number; readonly endedMs: number | null },
): Promise<boolean> {
  return queryAny(
    db,
    `update courier_arrivals set arriving_at = to_timestamp($2 / 1000.0)
     where shipment_id = $1
       and (arriving_at is null or arriving_at < to_timestamp($3::float8 / 1000.0))`,
    [shipmentId, nowMs, endedMs],
  );
}
