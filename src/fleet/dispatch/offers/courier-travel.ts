import { distanceM, type LatLng } from '../../../kernel/places/distance.ts';

/** Couriers' means of transport. */
export type TravelBy = 'foot' | 'bike' | 'scooter' | 'car' | 'van';

/** In a city, including traffic lights and stairs; docs/benchmarks.md gives the source. */
const KM_PER_H: Readonly<Record<TravelBy, number>> = {
  foot: 4.5,
  bike: 13,
  scooter: 22,
  car: 18,
  van: 18,
};
/** Ratio of street distance to straight line. */
const DETOUR = 1.4;
/** At a pickup or an address: parking, stairs, the handover. */
export const STOP_S = 180;

/** Riding time in seconds between two places. Pure. */
export function legS(from: LatLng, to: LatLng, by: TravelBy): number {
  return rideS(distanceM(from, to), by);
}

/** Riding time in seconds for a straight-line distance. Pure. */
export function rideS(straightM: number, by: TravelBy): number {
  return (straightM * DETOUR * 3.6) / KM_PER_H[by];
}

/** Straight-line speed, metres per second. */
export function straightMS(by: TravelBy): number {
  return KM_PER_H[by] / 3.6 / DETOUR;
}

/**
 * When a courier who starts at `from` has picked up and arrives with the delivery; epoch ms. Pure.
 */
export function timesOf(
  way: { readonly origin: LatLng; readonly destination: LatLng; readonly readyMs: number },
  courier: { readonly from: LatLng; readonly leavesMs: number; readonly by: TravelBy },
): { readonly pickupMs: number; readonly arrivalMs: number } {
  const thereMs = courier.leavesMs + 1000 * legS(courier.from, way.origin, courier.by);
  const pickupMs = Math.max(thereMs, way.readyMs);
  const dropoffS = STOP_S + legS(way.origin, way.destination, courier.by);
  return { pickupMs: Math.round(pickupMs), arrivalMs: Math.round(pickupMs + 1000 * dropoffS) };
}
