import { isUuid } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import {
  findShipment,
  findShipmentByNumber,
  type Shipment,
  type TrackingDeps,
} from '../../../tracking/ports/shipments.ts';

export interface OwnShipmentDeps {
  readonly tracking: TrackingDeps;
  /** The carrier of own couriers. */
  readonly ownCarrier: string;
  /** How the carriers would store a number. */
  readonly spellings: (number: string) => readonly string[];
}

/** A tenant's shipment by its id, or by its tracking number with own couriers. */
export async function ownShipment(
  { tracking, ownCarrier, spellings }: OwnShipmentDeps,
  tenant: Tenant,
  name: string,
): Promise<Shipment | null> {
  if (isUuid(name)) return findShipment(tracking, tenant, name);
  for (const trackingNumber of spellings(name)) {
    const number = { carrier: ownCarrier, trackingNumber };
    const found = await findShipmentByNumber(tracking, tenant, number);
    if (found !== null) return found;
  }
  return null;
}
