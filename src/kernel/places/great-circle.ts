export interface Coordinates {
  readonly lat: number;
  readonly lng: number;
}

const RADIUS_M = 6_371_000;
const RADIANS = Math.PI / 180;

/** Metres between two places in degrees, as the crow flies. */
export function metresBetween(from: Coordinates, to: Coordinates): number {
  const halfLat = Math.sin(((to.lat - from.lat) * RADIANS) / 2);
  const halfLng = Math.sin(((to.lng - from.lng) * RADIANS) / 2);
  const chord =
    halfLat ** 2 + Math.cos(from.lat * RADIANS) * Math.cos(to.lat * RADIANS) * halfLng ** 2;
  return 2 * RADIUS_M * Math.asin(Math.min(1, Math.sqrt(chord)));
}
