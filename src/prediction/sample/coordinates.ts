import type { Parcel, ParcelPlace } from './parcel.ts';

/**
 * The parcel as parcels under way are known: carriers and shops name places by region and postal
 * code, and nobody tells where on earth they lie. What is learned or judged with coordinates would
 * know more than what dates are worked out from.
 */
export function withoutCoordinates(parcel: Parcel): Parcel {
  return {
    ...parcel,
    origin: unplaced(parcel.origin),
    destination: unplaced(parcel.destination),
  };
}

function unplaced(place: ParcelPlace): ParcelPlace {
  return { ...place, lat: null, lng: null };
}
