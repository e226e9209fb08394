import { metresBetween } from '../../kernel/places/great-circle.ts';
import type { ParcelPlace } from './parcel.ts';

/** Straight-line kilometres; NaN if either place has no coordinates. */
export function distanceKm(from: ParcelPlace, to: ParcelPlace): number {
  if (from.lat === null || from.lng === null || to.lat === null || to.lng === null) return NaN;
  const [start, end] = [
    { lat: from.lat, lng: from.lng },
    { lat: to.lat, lng: to.lng },
  ];
  return metresBetween(start, end) / 1_000;
}
