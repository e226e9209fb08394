import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import type { Shipment } from '../shipment.ts';
import { shipmentsByNumber } from '../shipments.sql.ts';
import type { TrackingDeps } from '../tracking.ts';
import { type NewShipment, registerShipments } from './register.ts';

/** Numbers are drawn from a million millions: the second is needed once in as many parcels. */
const TRIES_MAX = 5;

/**
 * Registers a parcel under a number that no shipment of the installation has, whoever's it is.
 *
 * @param draw the parcel under a number that was drawn at random, another with each call.
 * @param alongside written in the same transaction, in the pipeline's role: both are there, or neither.
 */
export async function registerMinted(
  deps: TrackingDeps,
  tenant: Tenant,
  draw: () => NewShipment,
  alongside?: (tx: Queryable, shipment: Shipment) => Promise<void>,
): Promise<Shipment> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const wanted = draw();
    const taken = await shipmentsByNumber(deps.db.pipeline, [wanted]);
    if (taken.length > 0) continue;
    const [made] = await registerShipments(deps, tenant, [wanted], async (tx, [registered]) => {
      if (registered?.created === true) await alongside?.(tx, registered.shipment);
    });
    if (made?.created === true) return made.shipment;
  }
  throw new Error(`${TRIES_MAX} numbers in a row were taken: they are not drawn at random`);
}
