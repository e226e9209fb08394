import { deleteShipment, findShipmentOfAnyTenant } from '../commands/manage.ts';
import type { TrackingDeps } from '../tracking.ts';

/**
 * Erases a shipment of any merchant, as its merchant does by deleting it: for whoever operates the hub,
 * and for a restore. False when there is none, or it is erased already.
 */
export async function eraseNamed(deps: TrackingDeps, id: string): Promise<boolean> {
  const shipment = await findShipmentOfAnyTenant(deps, id);
  if (shipment === null) return false;
  const { merchantId, mode } = shipment;
  return deleteShipment(deps, { merchantId, mode }, id);
}
