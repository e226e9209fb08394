import type { LatLng } from '../../kernel/places/distance.ts';
import type { PostalCodes } from '../../kernel/places/postal-codes.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Geocoder } from '../../platform/geocoding/address.ts';
import type { TrackingDeps } from '../../tracking/index.ts';
import type { CourierMachines } from '../couriers/index.ts';

/** Couriers' places by id; couriers without a place are left out. */
export type PlacesOf = (
  tenant: Tenant,
  courierIds: readonly string[],
) => Promise<ReadonlyMap<string, LatLng & { readonly atMs: number }>>;

/** What deliveries are created and assigned with. */
export interface DeliveriesDeps extends CourierMachines {
  readonly tracking: TrackingDeps;
  /** The carrier of own couriers. */
  readonly ownCarrier: string;
  /** Draws a random number for one of their parcels. */
  readonly mint: () => string;
  readonly placesOf: PlacesOf;
  /** Null: no geocoding. */
  readonly geocoder: Geocoder | null;
  readonly postalCodes: PostalCodes;
}
