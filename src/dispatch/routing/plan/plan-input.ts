import type { LatLng } from '../../../kernel/places/distance.ts';
import { legS, type TravelBy } from '../../offers/courier-travel.ts';

/** What a vehicle carries at most, and what a stop takes of it; null: no limit. */
export interface Room {
  readonly parcels: number | null;
  readonly weightG: number | null;
}

/** A door to call at. Seconds count from any moment, the same throughout. */
export interface StopToPlan {
  readonly at: LatLng;
  /** Service begins no earlier and no later; null: whenever. */
  readonly fromS: number | null;
  readonly toS: number | null;
  readonly serviceS: number;
  readonly parcels: number;
  readonly weightG: number;
  /** The vehicle it must be on, by its place in the list; null: any. */
  readonly fixedTo: number | null;
  /** The vehicle it was on before; leaving it costs `swapS`. */
  readonly planned: number | null;
  /** Driven first, in the order of the list, by the vehicle it is fixed to. */
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
  /** A stop goes to another vehicle than before only where that saves more than so many seconds. */
  readonly swapS: number;
}

/** From place to place, seconds: the stops, then the vehicles' starts, then their ends; row by row. */
export type TravelS = Float64Array;

/** In the order of `TravelS`. Where a vehicle has no end, its start stands for it. Pure. */
export function placesOf({ stops, vehicles }: RoundsToPlan): LatLng[] {
  return [
    ...stops.map(({ at }) => at),
    ...vehicles.map(({ start }) => start),
    ...vehicles.map(({ start, end }) => end ?? start),
  ];
}

/** The straight line, for who has nobody to ask. Pure. */
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
