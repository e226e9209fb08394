import { ATTRIBUTES } from '../../events/shipment-attributes.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { insertLinkedShipment } from '../instances/linked.sql.ts';
import { openPersonal } from '../personal.ts';
import type { Shipment } from '../shipment.ts';
import type { TrackingDeps } from '../tracking.ts';
import { findShipment } from './manage.ts';
import { registerShipment } from './register.ts';

const COPIED = ATTRIBUTES.filter(({ isCopiedToReturn }) => isCopiedToReturn);

/**
 * Registers the parcel that brings a shipment back, or that replaces it, under its own number, as
 * if a report had named it: with the same orders, linked from the shipment. A replacement goes to
 * the same recipient. Null when the tenant has no such shipment, or the number is the shipment's
 * own.
 */
export async function registerLinked(
  deps: TrackingDeps,
  tenant: Tenant,
  shipmentId: string,
  kind: 'return' | 'replacement',
  parcel: { readonly carrier: string; readonly trackingNumber: string },
): Promise<Shipment | null> {
  const parent = await findShipment(deps, tenant, shipmentId);
  if (parent === null) return null;
  const { carrier, trackingNumber } = parcel;
  if (carrier === parent.carrier && trackingNumber === parent.trackingNumber) return null;
  const { shipment } = await registerShipment(deps, tenant, {
    ...parcel,
    ...Object.fromEntries(COPIED.map(({ name }) => [name, parent[name]])),
    metadata: { linked_from: parent.id },
    linkedFrom: { shipmentId: parent.id, depth: parent.linkDepth + 1 },
    ...(kind === 'replacement' && {
      serviceLevel: parent.serviceLevel,
      personal: { ...openPersonal(parent.sealedPersonal, deps.sealer) },
    }),
  });
  await insertLinkedShipment(deps.db.pipeline, parent, {
    kind,
    trackingNumber,
    carrier,
    linkedAs: shipment.id,
    atMs: deps.clock.nowMs(),
  });
  return shipment;
}
