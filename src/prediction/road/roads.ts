import { metresBetween } from '../../kernel/places/distance.ts';
import { type DriveTime, type Ride, type RoadPoint, sunClockMs } from './ride/ride.ts';
import { DETOUR, SPEED_KMH } from './straight-line.ts';

/** A means of transport; one for each kind that engines distinguish. */
export type RoadVehicle = 'foot' | 'bike' | 'scooter' | 'car' | 'van';

/**
 * The source of a driving time: a routing engine, own trips, or the straight line × detour ÷
 * speed, if there were no trips yet.
 */
type DriveSource = 'engine' | 'own_trips' | 'straight_line';

/** Time, distance and their source. */
export interface Drive extends DriveTime {
  readonly distanceM: number;
  readonly by: DriveSource;
}

/** The time of a drive, and the vehicle. */
export interface Departure {
  readonly courier: string | null;
  readonly vehicle: RoadVehicle;
  /** The instant of departure, milliseconds since 1970. */
  readonly atMs: number;
}

/**
 * Travel times from the best available source. Never rejects: if an engine is down or knows no
 * road, own trips are used, and the straight line where there were none.
 */
export interface Roads {
  /** Drives from each place to the next; one fewer than there are places. */
  route(places: readonly RoadPoint[], departure: Departure): Promise<readonly Drive[]>;
  /** Drives from each place in `from` to each in `to`; the rows are those of `from`. */
  matrix(
    from: readonly RoadPoint[],
    to: readonly RoadPoint[],
    departure: Departure,
  ): Promise<readonly (readonly Drive[])[]>;
}

/** A ride with this departure, in local solar time (see `sunClockMs`). */
export function rideOf(from: RoadPoint, to: RoadPoint, { courier, atMs }: Departure): Ride {
  return { courier, atMs, wallMs: sunClockMs(atMs, from.lng), from, to };
}

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
    return model.departAll(rides).map((predicted, index) => {
      const ride = rides[index] as Ride;
      const learned = model.learnedOf(ride);
      const slower = learned === null ? SPEED_KMH / SPEEDS_KMH[vehicle] : 1;
      return {
        p10Min: predicted.p10Min * slower,
        p50Min: predicted.p50Min * slower,
        p90Min: predicted.p90Min * slower,
        distanceM: Math.round(metresBetween(ride.from, ride.to) * DETOUR),
        by: learned === 'trees' ? 'own_trips' : 'straight_line',
      };
    });
  };
  return {
    async route(places, departure) {
      const rides = places.slice(1).map((to, index) => rideOf(places[index] ?? to, to, departure));
      return drives(rides, departure.vehicle);
    },
    async matrix(from, to, departure: Departure) {
      const rides = from.flatMap((start) => to.map((end) => rideOf(start, end, departure)));
      const predicted = drives(rides, departure.vehicle);
      return from.map((_, row) => predicted.slice(row * to.length, (row + 1) * to.length));
    },
  };
}
