import type { Queryable } from '../../../platform/database/database.ts';
import { queryAny, queryRows, type Row } from '../../../platform/database/query-rows.ts';

export type OfferPushRow = Row<'offer_pushes', 'deviceId' | 'offeredAtMs'> &
  Row<'device_pushes', 'subscription'>;

/**
 * Removes phones with a pending offer push from the queue, oldest first, each once however many
 * offers it has. Offers answered or withdrawn meanwhile are removed, too, but not returned.
 * Pipeline's role.
 */
export async function takeOfferPushes(db: Queryable, limit: number): Promise<OfferPushRow[]> {
  return queryRows<OfferPushRow>(db, {
    name: 'take_offer_pushes',
    text: `with taken as (
             delete from offer_pushes where (device_id, shipment_id) in (
               select device_id, shipment_id from offer_pushes order by offered_at limit $1
               for update skip locked)
             returning device_id, shipment_id, offered_at)
           select p.device_id, max(t.offered_at) as offered_at, p.subscription
           from taken t
           join device_pushes p using (device_id)
           join delivery_offers o on o.shipment_id = t.shipment_id
             and o.courier_id = p.courier_id and o.state = 'open'
           group by p.device_id, p.subscription`,
    values: [limit],
  });
}

/** Whether any push of an offer waits in the queue. */
export function hasOfferPushes(db: Queryable): Promise<boolean> {
  return queryAny(db, {
    name: 'has_offer_pushes',
    text: 'select from offer_pushes limit 1',
  });
}

/**
 * Deletes a subscription that the push service no longer knows. A newer one of the device stays.
 * Needs the pipeline's role.
 */
export async function dropEndedPush(
  db: Queryable,
  deviceId: string,
  subscription: Uint8Array,
): Promise<void> {
  await db.query('delete from device_pushes where device_id = $1 and subscription = $2', [
    deviceId,
    subscription,
  ]);
}
