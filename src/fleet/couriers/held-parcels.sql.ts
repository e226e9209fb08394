import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { SLACK_MS } from './events/custody.ts';

/**
 * Shipments among these to which a courier may attach something from `atMs`: parcels in hand,
 * parcels the courier had at that time, and parcels this courier delivered that nobody has had
 * since.
 */
export async function parcelsToShow(
  db: Queryable,
  { merchantId, mode }: Tenant,
  courierId: string,
  shipmentIds: readonly string[],
  atMs: number,
): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ shipment_id: string }>({
    name: 'parcels_to_show',
    text: `select shipment_id from courier_parcels p
           where merchant_id = $1 and mode = $2 and courier_id = $3
             and shipment_id = any($4::uuid[]) and held_since is not null
             and (done_at is null
               or (held_since <= to_timestamp($5::float8 / 1000.0)
                 and done_at >= to_timestamp($6::float8 / 1000.0))
               or (done_why = 'delivered' and not exists (
                 select from courier_parcels later
                 where later.shipment_id = p.shipment_id and later.held_since > p.held_since)))`,
    values: [merchantId, mode, courierId, shipmentIds, atMs + SLACK_MS, atMs - SLACK_MS],
  });
  return new Set(rows.map(({ shipment_id }) => shipment_id));
}
