import type { Database } from '../../platform/database/database.ts';
import { withShard } from '../../platform/event-log/event-log.ts';
import type { EnvelopeSealer } from '../../platform/sealing/sealing.ts';
import { shipmentsByNumber } from '../shipments.sql.ts';
import { unerasedShipments } from './erase.sql.ts';
import { eraseShipment } from './erase-shipment.ts';

/**
 * Erases at most `limit` shipments that an earlier version deleted but left readable; returns how
 * many. Once it returns fewer than the limit, none are left.
 */
export async function eraseLeftovers(
  { pipeline }: Pick<Database, 'pipeline'>,
  sealer: EnvelopeSealer,
  limit: number,
): Promise<number> {
  const left = await unerasedShipments(pipeline, limit);
  for (const shipment of left) {
    await withShard(pipeline, shipment.shard, async (tx) => {
      const siblings = await shipmentsByNumber(tx, [shipment]);
      await eraseShipment(tx, { shipment, siblings }, { nowMs: shipment.deletedAtMs, sealer });
    });
  }
  return left.length;
}
