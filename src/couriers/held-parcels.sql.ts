import type { Tenant } from '../kernel/tenant.ts';
import type { Queryable } from '../platform/database/database.ts';

/**
 * Which of these shipments a courier has, or delivered: of those the courier may show what happened at
 * the door. What was handed over to a colleague is the colleague's.
 */
export async function heldParcels(
  db: Queryable,
  { merchantId, mode }: Tenant,
  courierId: string,
  shipmentIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ shipment_id: string }>({
    name: 'held_parcels',
    text: `select shipment_id from courier_parcels
           where merchant_id = $1 and mode = $2 and courier_id = $3
             and shipment_id = any($4::uuid[]) and held_since is not null
             and (done_at is null or done_why = 'delivered')`,
    values: [merchantId, mode, courierId, shipmentIds],
  });
  return new Set(rows.map(({ shipment_id }) => shipment_id));
}
