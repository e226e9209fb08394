import { metresBetween } from '../../kernel/places/distance.ts';
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
 * The simplest estimate: the straight line, times a detour, at a speed. With own trips the pace by
 * hour is known; otherwise it is not.
 */
export interface StraightLine {
  /** Minutes for a kilometre of straight line: detour ÷ speed. */
  readonly minutesPerKm: number;
  /**
   * Minutes for a kilometre by hour: 24 values for a working day, then 24 for a weekend day; null
   * with too few rides.
   */
  readonly byHour: readonly (number | null)[];
}

/** Ratio of street distance to straight line. */
export const DETOUR = 1.3;
/** A van's speed in a town, including traffic lights. */
export const SPEED_KMH = 25;
/** Minimum number of rides in an hour of the week to use its pace. */
const HOUR_RIDES_MIN = 30;
/**
 * Spread around the straight line: one in ten is quicker than the first factor, one in ten slower
 * than the second.
 */
const QUICK = 0.55;
const SLOW = 1.9;
/** The shortest driving time, because no trip takes no time. */
const LEAST_MIN = 0.5;

export const UNKNOWN_ROADS: StraightLine = {
  minutesPerKm: (DETOUR / SPEED_KMH) * 60,
  byHour: new Array<null>(48).fill(null),
};

/** Whether there were no drives yet, so that the pace is unknown. */
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

/** The driving time by the straight line and the pace of the hour, as a window. */
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
