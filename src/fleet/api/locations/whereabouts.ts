import type { Whereabouts } from '../../../kernel/custody.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { type ViewDeps, viewDelivery } from '../../deliveries/index.ts';
import { locationForMerchant } from './location.ts';
import type { Ways } from './watch-routes.ts';

/** Where a tenant's parcel is now, for its page; nothing when places cannot be looked up. */
export async function whereabouts(
  { ways, deliveries }: { readonly ways: Pick<Ways, 'find'>; readonly deliveries: ViewDeps },
  tenant: Tenant,
  shipmentId: string,
): Promise<Whereabouts> {
  const [delivery, found] = await Promise.all([
    viewDelivery(deliveries, tenant, shipmentId),
    ways.find([shipmentId]).catch(() => null),
  ]);
  const way = found?.get(shipmentId);
  const location = way === undefined ? null : locationForMerchant(way);
  const isWaiting = delivery !== null && delivery.row.state !== 'ended' && !delivery.wasPickedUp;
  return {
    pickup: isWaiting ? delivery.details.origin : null,
    courier: location && {
      ...{ lat: location.lat, lng: location.lng, heading: location.heading },
      name: location.courier.name,
      atMs: Date.parse(location.updated_at),
      stopsBefore: location.stops_before,
    },
  };
}
