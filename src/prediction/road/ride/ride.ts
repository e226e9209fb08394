export interface RoadPoint {
  readonly lat: number;
  readonly lng: number;
}

/** A drive at departure, with what is known then. */
export interface Ride {
  /** The driver, under any stable name; null: unknown. */
  readonly courier: string | null;
  /** The instant, milliseconds since 1970. */
  readonly atMs: number;
  /** Local time there, as if in UTC. */
  readonly wallMs: number;
  readonly from: RoadPoint;
  readonly to: RoadPoint;
}

/** A drive that has ended. */
export interface DrivenRide extends Ride {
  readonly endMs: number;
}

/** Minutes until arrival: in one of ten, in half, and in nine of ten cases. */
export interface DriveTime {
  readonly p10Min: number;
  readonly p50Min: number;
  readonly p90Min: number;
}

export const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export function minutesOf({ atMs, endMs }: DrivenRide): number {
  return (endMs - atMs) / MINUTE_MS;
}

/** The calendar day of a local time, in days since 1970-01-01. */
export function wallDay(wallMs: number): number {
  return Math.floor(wallMs / DAY_MS);
}

/** The hours since midnight of a local time, with their fraction. */
export function wallHour(wallMs: number): number {
  return (wallMs - wallDay(wallMs) * DAY_MS) / 3_600_000;
}

/** The weekday of a local time; 0 is Monday. */
export function wallWeekday(wallMs: number): number {
  return (((wallDay(wallMs) + 3) % 7) + 7) % 7;
}

/**
 * The local solar time in whole hours. The effect of the hour on traffic is learned, so it need not
 * be the legal time.
 */
export function sunClockMs(atMs: number, lng: number): number {
  return atMs + Math.round(lng / 15) * 3_600_000;
}
