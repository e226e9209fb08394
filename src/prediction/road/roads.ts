import { type DriveTime, type Ride, type RoadPoint, sunClockMs } from './ride/ride.ts';

/** A means of transport; one for each kind that engines distinguish. */
export type RoadVehicle = 'foot' | 'bike' | 'scooter' | 'car' | 'van';

/**
 * The source of a driving time: a routing engine, own trips, or the straight line × detour ÷
 * speed, if there were no trips yet.
 */
export type DriveSource = 'engine' | 'own_trips' | 'straight_line';

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
