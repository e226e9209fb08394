import { metresBetween } from '../../kernel/places/great-circle.ts';
import {
  type DrivenRide,
  type DriveTime,
  minutesOf,
  type Ride,
  type RoadPoint,
  wallHour,
  wallWeekday,
} from './ride/ride.ts';

/**
 * The least one can say: the straight line, so much longer by street, at so many kilometres an hour.
 * Whoever has driven somewhere knows the pace by hour; nobody else does.
 */
export interface StraightLine {
  /** Minutes for a kilometre of straight line: detour ÷ speed. */
  readonly minutesPerKm: number;
  /** The same for each hour of a day of work, then of a weekend; null where too few drove. */
  readonly byHour: readonly (number | null)[];
}

/** Streets are longer than the straight line by so much. */
export const DETOUR = 1.3;
/** What a van does in a town, stops at lights included. */
export const SPEED_KMH = 25;
/** Rides in an hour of the week from which its pace is believed. */
const HOUR_RIDES_MIN = 30;
/** Around the straight line: one of ten is quicker than this part of it, one slower than this many. */
const QUICK = 0.55;
const SLOW = 1.9;
/** Nobody is anywhere in no time. */
const LEAST_MIN = 0.5;

export const UNKNOWN_ROADS: StraightLine = {
  minutesPerKm: (DETOUR / SPEED_KMH) * 60,
  byHour: new Array<null>(48).fill(null),
};

/** Has nobody driven yet? */
export function isUnknown({ minutesPerKm, byHour }: StraightLine): boolean {
  return minutesPerKm === UNKNOWN_ROADS.minutesPerKm && byHour.every((pace) => pace === null);
}

export function straightLineOf(rides: readonly DrivenRide[]): StraightLine {
  const sums = Array.from({ length: 49 }, () => ({ minutes: 0, km: 0, rides: 0 }));
  for (const ride of rides) {
    for (const place of [hourPlace(ride.wallMs), 48]) {
      const sum = sums[place];
      if (sum === undefined) continue;
      sum.minutes += minutesOf(ride);
      sum.km += kmBetween(ride.from, ride.to);
      sum.rides += 1;
    }
  }
  const pace = (place: number, least: number): number | null => {
    const { minutes = 0, km = 0, rides: count = 0 } = sums[place] ?? {};
    return count >= least && km > 0 ? minutes / km : null;
  };
  return {
    minutesPerKm: pace(48, 1) ?? UNKNOWN_ROADS.minutesPerKm,
    byHour: Array.from({ length: 48 }, (_, place) => pace(place, HOUR_RIDES_MIN)),
  };
}

/** Minutes by the straight line, whatever the hour. */
export function straightMinutes(straight: StraightLine, { from, to }: Ride): number {
  return Math.max(LEAST_MIN, kmBetween(from, to) * straight.minutesPerKm);
}

/** Minutes by the straight line and the pace of that hour. */
export function hourlyMinutes(straight: StraightLine, { from, to, wallMs }: Ride): number {
  const pace = straight.byHour[hourPlace(wallMs)] ?? straight.minutesPerKm;
  return Math.max(LEAST_MIN, kmBetween(from, to) * pace);
}

/** The same as a window, wide as it must be. */
export function straightDrive(straight: StraightLine, ride: Ride): DriveTime {
  const p50Min = hourlyMinutes(straight, ride);
  return { p10Min: QUICK * p50Min, p50Min, p90Min: SLOW * p50Min };
}

function kmBetween(from: RoadPoint, to: RoadPoint): number {
  return metresBetween(from, to) / 1_000;
}

function hourPlace(wallMs: number): number {
  return Math.floor(wallHour(wallMs)) + (wallWeekday(wallMs) >= 5 ? 24 : 0);
}
