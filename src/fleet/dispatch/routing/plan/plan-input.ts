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
  /** Service begins within these; null: any time. */
  readonly fromS: number | null;
  readonly toS: number | null;
  readonly serviceS: number;
  readonly parcels: number;
  readonly weightG: number;
  /** The vehicle it must be on, by index; null: any. */
  readonly fixedTo: number | null;
  /** Its vehicle in the previous plan; leaving it costs `swapS`. */
  readonly planned: number | null;
  /** Driven first, in list order, by the vehicle it is fixed to. */
  readonly locked: boolean;
}

export interface VehicleToPlan {
  readonly start: LatLng;
  /** Null: it stays at its last stop. */
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

/** From place to place, seconds: the stops, then the vehicles' starts, then their ends; row by row. */
export type TravelS = Float64Array;

/** In the order of `TravelS`. For a vehicle without an end, its start stands in. Pure. */
export function placesOf({ stops, vehicles }: RoundsToPlan): LatLng[] {
  return [
    ...stops.map(({ at }) => at),
    ...vehicles.map(({ start }) => start),
    ...vehicles.map(({ start, end }) => end ?? start),
  ];
}

/** Straight lines, if there is no routing service. Pure. */
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

/** A visit to a stop; seconds as in the input. */
export interface Call {
  /** Index in the list. */
  readonly stop: number;
  readonly arrivesS: number;
  readonly beginsS: number;
  readonly leavesS: number;
  /** After the end of its window. */
  readonly lateS: number;
}

export interface PlannedRound {
  readonly calls: readonly Call[];
  readonly driveS: number;
  readonly waitS: number;
  /** Arrival at the end, or the end of service at the last stop. */
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
