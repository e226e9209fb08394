import type { Queryable } from '../../../platform/database/database.ts';
import { queryRows } from '../../../platform/database/query-rows.ts';

/**
 * When `shipment.arriving` was announced for these; parcels without an announcement are absent.
 * Epoch ms.
 */
export async function arrivingAnnouncedFor(
  db: Queryable,
  shipmentIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (shipmentIds.length === 0) return new Map();
  const rows = await queryRows<{ shipmentId: string; arrivingAtMs: number }>(db, {
    name: 'mark_arrival_announced',
    text: `select shipment_id, arriving_at from courier_arrivals
           where shipment_id = any($1::uuid[]) and arriving_at is not null`,
    values: [shipmentIds],
  });
  return new Map(rows.map(({ shipmentId, arrivingAtMs }) => [shipmentId, arrivingAtMs]));
}

/**
 * Records that it is announced now.
 *
 * @param endedMs when the last attempt ended; earlier announcements no longer count. Null: none
 * did.
 * @returns false: it has already been announced for this attempt.
 */
export async function markArriving(
  db: Queryable,
  shipmentId: string,
  { nowMs, endedMs }: { readonly nowMs: number; readonly endedMs: number | null },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update courier_arrivals set arriving_at = to_timestamp($2 / 1000.0)
     where shipment_id = $1
       and (arriving_at is null or arriving_at < to_timestamp($3::float8 / 1000.0))`,
    [shipmentId, nowMs, endedMs],
  );
  return (rowCount ?? 0) > 0;
}
