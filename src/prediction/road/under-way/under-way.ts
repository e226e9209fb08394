import type { Ride } from '../ride/ride.ts';

export const SOON_MIN = 0.5;

export interface RoadFix {
  readonly atMs: number;
  readonly lat: number;
  readonly lng: number;
}

/** A drive under way: what is known at one of its fixes. */
export interface RideUnderWay {
  readonly ride: Ride;
  /** All fixes so far, oldest first; the last is where the courier is. */
  readonly fixes: readonly RoadFix[];
}

/** A finished drive with its fixes. */
export interface TracedRide {
  readonly ride: Ride;
  readonly endMs: number;
  readonly fixes: readonly RoadFix[];
}

export const logOfLeft = (minutes: number): number => Math.log(minutes + SOON_MIN);

export const leftOfLog = (log: number): number => Math.max(0, Math.exp(log) - SOON_MIN);
