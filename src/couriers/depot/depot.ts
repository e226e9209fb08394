import { type Coordinates, metresBetween } from '../../kernel/places/great-circle.ts';

/** The building where a courier's day begins. */
export interface Depot extends Coordinates {
  readonly code: string;
  readonly name: string;
}

/** A yard, and what a phone between houses is off by. */
export const DEPOT_RADIUS_M = 150;
/** Whoever stands at its edge does not come and go all the time. */
const LEFT_M = 300;

/**
 * Whether a courier is at the depot, by where it was thought to be before. Pure.
 *
 * @param wasThere null: nobody knows
 */
export function isAtDepot(
  wasThere: boolean | null,
  place: Coordinates,
  depot: Coordinates,
): boolean {
  return metresBetween(place, depot) <= (wasThere === true ? LEFT_M : DEPOT_RADIUS_M);
}

/** What a courier on shift at the depot may want to do now; null: nothing. Pure. */
export function depotHint({
  holds,
  toLoad,
  doneToday,
}: {
  readonly holds: number;
  readonly toLoad: number;
  /** Stops that are done. */
  readonly doneToday: number;
}): 'end_shift' | 'hand_in' | null {
  if (doneToday === 0 || toLoad > 0) return null;
  return holds > 0 ? 'hand_in' : 'end_shift';
}
