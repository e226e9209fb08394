import { distanceM, type LatLng } from '../../kernel/places/distance.ts';

/** How couriers get about. */
export type TravelBy = 'foot' | 'bike' | 'scooter' | 'car' | 'van';

/** In a city, stops at lights and stairs among it; docs/benchmarks.md says where from. */
const KM_PER_H: Readonly<Record<TravelBy, number>> = {
  foot: 4.5,
  bike: 13,
  scooter: 22,
  car: 18,
  van: 18,
};
/** Streets are so much longer than the straight line. */
const DETOUR = 1.4;
/** At a pickup or at a door: parking, stairs, the handing over. */
export const STOP_S = 180;

/** Seconds on the way from place to place. Pure. */
export function legS(from: LatLng, to: LatLng, by: TravelBy): number {
  return rideS(distanceM(from, to), by);
}

/** Seconds for so many metres of straight line. Pure. */
export function rideS(straightM: number, by: TravelBy): number {
  return (straightM * DETOUR * 3.6) / KM_PER_H[by];
}

/** Metres by second along the straight line. */
export function straightMS(by: TravelBy): number {
  return KM_PER_H[by] / 3.6 / DETOUR;
}

/** When a courier who comes from `from` has picked up and is at the door; epoch ms. Pure. */
export function timesOf(
  way: { readonly origin: LatLng; readonly destination: LatLng; readonly readyMs: number },
  courier: { readonly from: LatLng; readonly leavesMs: number; readonly by: TravelBy },
): { readonly pickupMs: number; readonly arrivalMs: number } {
  const thereMs = courier.leavesMs + 1000 * legS(courier.from, way.origin, courier.by);
  const pickupMs = Math.max(thereMs, way.readyMs);
  const dropoffS = STOP_S + legS(way.origin, way.destination, courier.by);
  return { pickupMs: Math.round(pickupMs), arrivalMs: Math.round(pickupMs + 1000 * dropoffS) };
}
