import type { CourierMachines } from '../couriers/index.ts';
import type { LatLng } from '../kernel/places/distance.ts';
import type { PostalCodes } from '../kernel/places/postal-codes.ts';
import type { Tenant } from '../kernel/tenant.ts';
import type { Geocoder } from '../platform/geocoding/address.ts';
import type { TrackingDeps } from '../tracking/index.ts';

/** Where couriers are, by id; who has no place is not in it. */
export type PlacesOf = (
  tenant: Tenant,
  courierIds: readonly string[],
) => Promise<ReadonlyMap<string, LatLng & { readonly atMs: number }>>;

/** What deliveries are made and assigned with. */
export interface DeliveriesDeps extends CourierMachines {
  readonly tracking: TrackingDeps;
  /** The carrier of own couriers. */
  readonly ownCarrier: string;
  /** A number for a parcel of theirs, at random. */
  readonly mint: () => string;
  readonly placesOf: PlacesOf;
  /** Null: nobody is asked. */
  readonly geocoder: Geocoder | null;
  readonly postalCodes: PostalCodes;
}
