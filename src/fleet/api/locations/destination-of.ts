import type { LatLng } from '../../../kernel/places/distance.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Keyring } from '../../../platform/sealing/sealing.ts';
import { placesOf } from '../../../tracking/ports/predictions.ts';

/**
 * Finds a parcel's destination; null unless it is known to the house or street. Only the parcel's
 * own recipient may see it.
 */
export type DestinationOf = (shipmentId: string) => Promise<LatLng | null>;

/** Creates the lookup of parcels' destinations in the database. */
export function destinationsOf(deps: {
  readonly db: Pick<Database, 'pipeline'>;
  readonly keyring: Keyring;
}): DestinationOf {
  return async (shipmentId) => {
    const found = (await placesOf(deps.db.pipeline, deps.keyring, [shipmentId])).get(shipmentId);
    // The centre of a town or postal code is nobody's door.
    if (found === undefined || !['rooftop', 'street'].includes(found.precision)) return null;
    return { lat: found.lat, lng: found.lng };
  };
}
