import type { LatLng } from '../../../../kernel/places/distance.ts';
import { legS, type TravelBy } from '../../offers/rank-couriers.ts';

/** A vehicle's capacity, and what a stop uses of it; null: no limit. */
interface Room {
  readonly parcels: number | null;
  readonly weightG: number | null;
}

/** A stop to plan. Seconds count from any fixed moment. */
export interface StopToPlan {
  readonly at: LatLng;
  /** Service begins within this window; null: at any time. */
  readonly fromS: number | null;
  readonly toS: number | null;
  readonly serviceS: number;
  readonly parcels: number;
  readonly weightG: number;
  /** The vehicle it must be on, by index; null: any. */
  readonly fixedTo: number | null;
  /** Its vehicle in the previous plan; null: none. Another vehicle costs `swapS`. */
  readonly planned: number | null;
  /** Whether the vehicle it is fixed to visits it first, in list order. */
  readonly locked: boolean;
}

export interface VehicleToPlan {
  readonly start: LatLng;
  /** Where the vehicle ends; null: at its last stop. */
  readonly end: LatLng | null;
  readonly departsS: number;
  readonly backByS: number | null;
  readonly capacity: Room;
}

export interface RoundsToPlan {
  readonly stops: readonly StopToPlan[];
  readonly vehicles: readonly VehicleToPlan[];
  /** A stop changes vehicles only if that saves more than this many seconds. */
  readonly swapS: number;
}

/**
 * Seconds from place to place: the stops, then the vehicles' starts, then their ends; row by row.
 */
export type TravelS = Float64Array;

/**
 * The places of a plan, in the order of `TravelS`. A vehicle without an end has its start there.
 * Pure.
 */
export function placesOf({ stops, vehicles }: RoundsToPlan): LatLng[] {
  return [
    ...stops.map(({ at }) => at),
    ...vehicles.map(({ start }) => start),
    ...vehicles.map(({ start, end }) => end ?? start),
  ];
}

/** Drive times along straight lines, for use without a routing service. Pure. */
export function straightTravel(rounds: RoundsToPlan, by: TravelBy): TravelS {
  const places = placesOf(rounds);
  const travel = new Float64Array(places.length ** 2);
  for (const [row, from] of places.entries()) {
    for (const [column, to] of places.entries()) {
      travel[row * places.length + column] = Math.round(legS(from, to, by));
    }
  }
  return travel;
}

/** A visit to a stop; seconds count as in the input. */
export interface Call {
  /** The stop's index in the list. */
  readonly stop: number;
  readonly arrivesS: number;
  readonly beginsS: number;
  readonly leavesS: number;
  /** How long after the end of its window service begins. */
  readonly lateS: number;
}

export interface PlannedRound {
  readonly calls: readonly Call[];
  readonly driveS: number;
  readonly waitS: number;
  /** When the vehicle arrives at its end or, without one, ends service at the last stop. */
  readonly backS: number;
  readonly backLateS: number;
}

/** Simulates a vehicle's stops in this order. Pure. */
export function drive(
  { stops, vehicles }: RoundsToPlan,
  travelS: TravelS,
  vehicle: number,
  order: readonly number[],
): PlannedRound {
  const places = stops.length + 2 * vehicles.length;
  const { departsS, end, backByS } = vehicles[vehicle] as VehicleToPlan;
  let at = stops.length + vehicle;
  let timeS = departsS;
  let driveS = 0;
  let waitS = 0;
  const calls: Call[] = [];
  for (const stop of order) {
    const { fromS, toS, serviceS } = stops[stop] as StopToPlan;
    const leg = travelS[at * places + stop] as number;
    const arrivesS = timeS + leg;
    const beginsS = Math.max(arrivesS, fromS ?? arrivesS);
    const lateS = toS === null ? 0 : Math.max(0, beginsS - toS);
    timeS = beginsS + serviceS;
    driveS += leg;
    waitS += beginsS - arrivesS;
    calls.push({ stop, arrivesS, beginsS, leavesS: timeS, lateS });
    at = stop;
  }
  // A vehicle without stops stays where it is.
  if (end !== null && order.length > 0) {
    const leg = travelS[at * places + stops.length + vehicles.length + vehicle] as number;
    timeS += leg;
    driveS += leg;
  }
  const backLateS = backByS === null ? 0 : Math.max(0, timeS - backByS);
  return { calls, driveS, waitS, backS: timeS, backLateS };
}
