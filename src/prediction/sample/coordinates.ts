import type { Parcel, ParcelPlace } from './parcel.ts';

/**
 * The parcel as parcels under way are known: carriers and shops name places by region and postal
 * code, without coordinates. A model trained or judged with coordinates would know more than
 * predictions do.
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
