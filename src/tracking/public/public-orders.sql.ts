import type { Queryable } from '../../platform/database/database.ts';
import { queryRows } from '../../platform/database/query-rows.ts';

/** One parcel of an order, with what decides whether a stranger may see it. */
export interface PublicOrderParcel {
  readonly merchantSlug: string;
  readonly orderLookup: 'open' | 'with_postal_code';
  readonly carrier: string;
  readonly trackingNumber: string;
  readonly personal: Buffer | null;
  readonly dataKey: Buffer | null;
}

/**
 * Returns the parcels of an order whose merchants allow strangers to list them: newest first, 200
 * at most.
 */
export async function publicOrderParcels(
  db: Queryable,
  orderId: string,
): Promise<PublicOrderParcel[]> {
  return queryRows<PublicOrderParcel>(db, {
    name: 'public_order_parcels',
    text: `select merchant_slug, order_lookup, carrier, tracking_number, personal, data_key
           from public_order_parcels($1)`,
    values: [orderId],
  });
}
