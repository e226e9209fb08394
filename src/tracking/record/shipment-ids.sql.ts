import type { Queryable } from '../../platform/database/database.ts';
import { queryRows } from '../../platform/database/query-rows.ts';

/** Returns the ids of all undeleted shipments of these (carrier, number) pairs. */
export async function shipmentIdsByNumber(
  db: Queryable,
  numbers: readonly { readonly carrier: string; readonly trackingNumber: string }[],
): Promise<{ id: string; carrier: string; trackingNumber: string }[]> {
  return queryRows(db, {
    name: 'shipment_ids_by_number',
    text: `select distinct s.id, s.carrier, s.tracking_number
           from unnest($1::text[], $2::text[]) as n(carrier, tracking_number)
           cross join lateral (select * from shipments s
             where s.carrier = n.carrier and s.tracking_number = n.tracking_number offset 0) as s
           where s.deleted_at is null`,
    values: [numbers.map((n) => n.carrier), numbers.map((n) => n.trackingNumber)],
  });
}
