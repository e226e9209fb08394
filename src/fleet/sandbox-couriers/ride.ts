import { distanceM, type LatLng } from '../../kernel/places/distance.ts';

/** A place on a way, with the direction of travel. */
export interface OnTheWay extends LatLng {
  /** Direction in degrees clockwise from north. */
  readonly heading: number;
  readonly isThere: boolean;
}

/**
 * The corners of a way around blocks, as shares of the distance north and east. No street is known
 * here, but on a map nobody should appear to fly.
 */
const CORNERS: readonly (readonly [number, number])[] = [
  [0, 0],
  [0.15, 0],
  [0.15, 0.4],
  [0.6, 0.4],
  [0.6, 0.85],
  [1, 0.85],
  [1, 1],
];

/** Returns a way from one place to another, as points. Pure. */
export function wayBetween(from: LatLng, to: LatLng): LatLng[] {
  const points = CORNERS.map(([north, east]) => ({
    lat: from.lat + north * (to.lat - from.lat),
    lng: from.lng + east * (to.lng - from.lng),
  }));
  return points.filter((point, index) => {
    const before = points[index - 1];
    return before === undefined || before.lat !== point.lat || before.lng !== point.lng;
  });
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
