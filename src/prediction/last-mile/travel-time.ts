import type { PredictionPolicy } from '../policy/policy.ts';
import { atLeast, type DayWindow } from './day-window.ts';
import { DAY_MINUTES } from './hour-profile.ts';

export interface Point {
  readonly latitude: number;
  readonly longitude: number;
}

/** Driving time; null: unknown. */
export interface TravelTime {
  minutesTo(position: Point, destination: Point): Promise<number | null>;
}

/** The longest driving time, a week: no parcel out for delivery is farther away. */
const DRIVE_MINUTES_MAX = 10_080;

/**
 * Queries the port; null if it fails or returns something unusable: then the profile applies
 * alone.
 */
export async function driveMinutes(
  travelTime: TravelTime,
  position: Point,
  destination: Point,
): Promise<number | null> {
  const minutes = await travelTime.minutesTo(position, destination).catch(() => null);
  return minutes !== null && minutes >= 0 && minutes <= DRIVE_MINUTES_MAX ? minutes : null;
}

/** Where the vehicle was, as driving time to the parcel's destination. */
export interface LiveDrive {
  readonly minutes: number;
  readonly ageMinutes: number;
}

/**
 * Moves the window by the vehicle's driving time. A vehicle cannot come sooner than it drives, and
 * comes later because of other stops; an old position says nothing. The window of the day still
 * limits the wait if both agree.
 *
 * @returns the same window if the position says nothing; null if the drive ends tomorrow.
 */
export function refinedByDrive(
  settings: PredictionPolicy['last_mile'],
  window: DayWindow | null,
  { minutes, ageMinutes }: LiveDrive,
  now: number,
): DayWindow | null {
  const isFresh = ageMinutes >= 0 && ageMinutes <= settings.position_minutes_max;
  if (!isFresh || !(minutes >= 0)) return window;
  const soonest = Math.max(now, Math.floor(now - ageMinutes + minutes));
  if (soonest >= DAY_MINUTES) return null;
  const latest = Math.ceil(now + minutes * settings.stops_factor + settings.margin_minutes);
  const agrees = window !== null && window.to >= soonest + settings.narrowest_minutes;
  const to = agrees ? Math.min(latest, window.to) : latest;
  return atLeast({ from: soonest, to }, settings.narrowest_minutes, now);
}
