import {
  registerShipments,
  shipmentsByIds,
  type TrackingDeps,
} from '../../tracking/ports/shipments.ts';
import type { Shop } from '../connections/shop.ts';
import { openContent } from './order-content.ts';
import { waitingParcels } from './orders.sql.ts';
import { linkParcel } from './store-order.ts';

/**
 * Adds an order to the parcels of other customers' orders whose numbers it names: a person said that
 * each is the same parcel. One that was deleted meanwhile stays a problem.
 */
export async function confirmSameParcel(
  tracking: TrackingDeps,
  { id: shopId, merchantId, mode }: Shop,
  orderId: string,
): Promise<void> {
  const { pipeline } = tracking.db;
  const waiting = await waitingParcels(pipeline, { shopId, orderId });
  const ids = waiting.map(({ waitsFor }) => waitsFor);
  const held = new Map((await shipmentsByIds(pipeline, ids)).map((each) => [each.id, each]));
  for (const { hash, waitsFor, ...order } of waiting) {
    const other = held.get(waitsFor);
    if (other === undefined) continue;
    const { carrier, trackingNumber } = other;
    const number = openContent(tracking.sealer, order)?.number ?? orderId;
    const wanted = { carrier, trackingNumber, orderIds: [number], isSameParcel: true };
    await registerShipments(tracking, { merchantId, mode }, [wanted], {
      async alongside(tx, [registered]) {
        if (registered === undefined) return;
        const parcel = { shopId, orderId, merchantId, mode, hash };
        await linkParcel(tx, parcel, registered.shipment, null, tracking.clock.nowMs());
      },
    });
  }
}
