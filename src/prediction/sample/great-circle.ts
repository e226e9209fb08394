import type { ParcelPlace } from './parcel.ts';

const RADIUS_KM = 6_371;
const RADIANS = Math.PI / 180;

/** Kilometres as the crow flies; NaN where either place has no coordinates. */
export function distanceKm(from: ParcelPlace, to: ParcelPlace): number {
  if (from.lat === null || from.lng === null || to.lat === null || to.lng === null) return NaN;
  const halfLat = Math.sin(((to.lat - from.lat) * RADIANS) / 2);
  const halfLng = Math.sin(((to.lng - from.lng) * RADIANS) / 2);
  const chord =
    halfLat ** 2 + Math.cos(from.lat * RADIANS) * Math.cos(to.lat * RADIANS) * halfLng ** 2;
  return 2 * RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(chord)));
}
