import { type DriveTime, type Ride, type RoadPoint, sunClockMs } from './ride/ride.ts';

/** How somebody drives; a name of its own for each kind that engines tell apart. */
export type RoadVehicle = 'foot' | 'bike' | 'scooter' | 'car' | 'van';

/**
 * Who said how long it takes: a routing engine, own trips, or the straight line × detour ÷ speed, which
 * is all there is before anybody has driven there.
 */
export type DriveSource = 'engine' | 'own_trips' | 'straight_line';

/** How long and how far, and who says so. */
export interface Drive extends DriveTime {
  readonly distanceM: number;
  readonly by: DriveSource;
}

/** When somebody drives, and what. */
export interface Departure {
  readonly courier: string | null;
  readonly vehicle: RoadVehicle;
  /** The instant of departure, milliseconds since 1970. */
  readonly atMs: number;
}

/**
 * Travel times, whoever knows them. Never rejects: where an engine is away or knows no road, what own
 * trips taught is said, and the straight line where nobody has driven.
 */
export interface Roads {
  /** From each place to the next; one fewer than there are places. */
  route(places: readonly RoadPoint[], departure: Departure): Promise<readonly Drive[]>;
  /** From each of these to each of those: rows by `from`. */
  matrix(
    from: readonly RoadPoint[],
    to: readonly RoadPoint[],
    departure: Departure,
  ): Promise<readonly (readonly Drive[])[]>;
}

/** The ride that begins so, by the sun's clock there (see `sunClockMs`). */
export function rideOf(from: RoadPoint, to: RoadPoint, { courier, atMs }: Departure): Ride {
  return { courier, atMs, wallMs: sunClockMs(atMs, from.lng), from, to };
}
