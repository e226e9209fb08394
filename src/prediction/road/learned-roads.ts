import { metresBetween } from '../../kernel/places/great-circle.ts';
import type { DriveTime, Ride } from './ride/ride.ts';
import { type Departure, type Drive, type Roads, type RoadVehicle, rideOf } from './roads.ts';
import { DETOUR, SPEED_KMH } from './straight-line.ts';

/** The queries on own trips. */
export interface OwnTrips {
  departAll(rides: readonly Ride[]): readonly DriveTime[];
  /** Whether own trips have taught anything about this drive, even if only the pace. */
  learnedOf(ride: Ride): 'trees' | 'pace' | null;
}

/** In a town, including traffic lights: used until a drive is measured. */
const SPEEDS_KMH: Readonly<Record<RoadVehicle, number>> = {
  foot: 5,
  bike: 14,
  scooter: 22,
  car: SPEED_KMH,
  van: SPEED_KMH,
};

/**
 * Travel times from own trips, by hour and area where there were enough, else by the straight line:
 * × detour ÷ the pace of own trips, or of the vehicle before there were any.
 */
export function learnedRoads(trips: () => OwnTrips): Roads {
  const drives = (rides: readonly Ride[], vehicle: RoadVehicle): Drive[] => {
    const model = trips();
    return model.departAll(rides).map((said, nr) => {
      const ride = rides[nr] as Ride;
      const learned = model.learnedOf(ride);
      const slower = learned === null ? SPEED_KMH / SPEEDS_KMH[vehicle] : 1;
      return {
        p10Min: said.p10Min * slower,
        p50Min: said.p50Min * slower,
        p90Min: said.p90Min * slower,
        distanceM: Math.round(metresBetween(ride.from, ride.to) * DETOUR),
        by: learned === 'trees' ? 'own_trips' : 'straight_line',
      };
    });
  };
  return {
    async route(places, departure) {
      const rides = places.slice(1).map((to, nr) => rideOf(places[nr] ?? to, to, departure));
      return drives(rides, departure.vehicle);
    },
    async matrix(from, to, departure: Departure) {
      const rides = from.flatMap((start) => to.map((end) => rideOf(start, end, departure)));
      const said = drives(rides, departure.vehicle);
      return from.map((_, row) => said.slice(row * to.length, (row + 1) * to.length));
    },
  };
}
