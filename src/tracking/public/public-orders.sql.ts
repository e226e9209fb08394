import type { Queryable } from '../../platform/database/database.ts';

/** One parcel of an order, with what decides whether a stranger may see it. */
export interface PublicOrderParcel {
  readonly merchant_slug: string;
  readonly order_lookup: 'open' | 'with_postal_code';
  readonly carrier: string;
  readonly tracking_number: string;
  readonly personal: Buffer | null;
  readonly data_key: Buffer | null;
}

/**
 * The parcels of an order whose merchants allow strangers to list them; newest first, 200 at most.
 */
export async function publicOrderParcels(
  db: Queryable,
  orderId: string,
): Promise<PublicOrderParcel[]> {
  const { rows } = await db.query<PublicOrderParcel>({
    name: 'public_order_parcels',
    text: `select merchant_slug, order_lookup, carrier, tracking_number, personal, data_key
           from public_order_parcels($1)`,
    values: [orderId],
  });
  return rows;
}
