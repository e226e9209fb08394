import { distanceM, type LatLng } from '../../kernel/places/distance.ts';

/** A place on a way, with the direction of travel. */
export interface OnTheWay extends LatLng {
  /** Direction in degrees clockwise from north. */
  readonly heading: number;
  readonly isThere: boolean;
}

/** The place on a way after this distance. Pure. */
export function placeOn(way: readonly LatLng[], goneM: number): OnTheWay {
  let leftM = Math.max(0, goneM);
  let heading = 0;
  for (const [index, from] of way.entries()) {
    const to = way[index + 1];
    if (to === undefined) break;
    heading = headingOf(from, to);
    const lengthM = distanceM(from, to);
    if (leftM < lengthM) {
      const share = leftM / lengthM;
      const lat = from.lat + share * (to.lat - from.lat);
      return { lat, lng: from.lng + share * (to.lng - from.lng), heading, isThere: false };
    }
    leftM -= lengthM;
  }
  const end = way.at(-1) ?? { lat: 0, lng: 0 };
  return { lat: end.lat, lng: end.lng, heading, isThere: true };
}

function headingOf(from: LatLng, to: LatLng): number {
  const north = to.lat - from.lat;
  const east = (to.lng - from.lng) * Math.cos((from.lat * Math.PI) / 180);
  return ((((Math.atan2(east, north) * 180) / Math.PI) % 360) + 360) % 360;
}
