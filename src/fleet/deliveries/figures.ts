import { Histogram, type Registry } from 'prom-client';
import type { Queryable } from '../../platform/database/database.ts';
import { foundOf } from './store/deliveries.sql.ts';

/** Metrics about deliveries that found a courier. */
export interface DeliveryFigures {
  /** Records those of these shipments that are deliveries. They have just been assigned. */
  observe(db: Queryable, shipmentIds: readonly string[]): Promise<void>;
}

/** Registers the metrics; call it once for each registry. */
export function createDeliveryFigures(registry: Registry): DeliveryFigures {
  const registers = [registry];
  const wait = new Histogram({
    name: 'waybill_delivery_assign_seconds',
    help: 'How long it took from when a delivery could be offered until a courier had it.',
    buckets: [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800],
    registers,
  });
  const offers = new Histogram({
    name: 'waybill_delivery_offers',
    help: 'How many couriers were asked until one had the delivery.',
    buckets: [1, 2, 3, 6, 9, 12, 20, 40],
    registers,
  });
  return {
    async observe(db, shipmentIds) {
      if (shipmentIds.length === 0) return;
      for (const found of await foundOf(db, shipmentIds)) {
        wait.observe(Math.max(0, found.waitedS));
        if (found.how === 'accepted') offers.observe(found.couriersOffered);
      }
    },
  };
}
