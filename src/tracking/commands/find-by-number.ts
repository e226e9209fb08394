import type { Tenant } from '../../kernel/tenant.ts';
import type { Shipment } from '../shipment.ts';
import { shipmentsByNumber } from '../shipments.sql.ts';
import type { TrackingDeps } from '../tracking.ts';

/**
 * Returns a tenant's shipment by the number printed on the parcel; for a reused number, the newest.
 */
export async function findShipmentByNumber(
  { db }: { readonly db: Pick<TrackingDeps['db'], 'pipeline'> },
  { merchantId, mode }: Tenant,
  number: Pick<Shipment, 'carrier' | 'trackingNumber'>,
): Promise<Shipment | null> {
  const all = await shipmentsByNumber(db.pipeline, [number]);
  const own = all.filter(
    (each) => each.merchantId === merchantId && each.mode === mode && each.deletedAtMs === null,
  );
  return own.sort((a, b) => b.factsFromMs - a.factsFromMs)[0] ?? null;
}
