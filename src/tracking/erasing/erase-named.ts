import { ownerOfArchived } from '../archiving/archived.sql.ts';
import { deleteShipment, findShipmentOfAnyTenant } from '../commands/manage.ts';
import type { TrackingDeps } from '../tracking.ts';

/**
 * Erases a shipment of any merchant, for operators and for a restore. The effect is that of a
 * deletion by the merchant. False when there is no such shipment, or it is already erased.
 */
export async function eraseNamed(deps: TrackingDeps, id: string): Promise<boolean> {
  const shipment = await findShipmentOfAnyTenant(deps, id);
  const tenant = shipment ?? (await ownerOfArchived(deps.db.pipeline, id));
  if (tenant === null) return false;
  const { merchantId, mode } = tenant;
  return deleteShipment(deps, { merchantId, mode }, id);
}
