import type { LatLng } from '../../kernel/places/distance.ts';
import type { PostalCodes } from '../../kernel/places/postal-codes.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Geocoder } from '../../platform/geocoding/address.ts';
import type { TrackingDeps } from '../../tracking/ports/shipments.ts';
import type { CourierMachines } from '../couriers/index.ts';

/** Finds couriers' places by courier id; couriers without a place are left out. */
export type PlacesOf = (
  tenant: Tenant,
  courierIds: readonly string[],
) => Promise<ReadonlyMap<string, LatLng & { readonly atMs: number }>>;

/** The dependencies for creating and assigning deliveries. */
export interface DeliveriesDeps extends CourierMachines {
  readonly tracking: TrackingDeps;
  /** The carrier of own couriers. */
  readonly ownCarrier: string;
  /** Returns a random tracking number for a parcel of own couriers. */
  readonly mint: () => string;
  readonly placesOf: PlacesOf;
  /** Geocodes addresses; null: no geocoding. */
  readonly geocoder: Geocoder | null;
  readonly postalCodes: PostalCodes;
}
