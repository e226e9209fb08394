import { type Coordinates, metresBetween } from '../../../kernel/places/great-circle.ts';

/** The building where a courier's day starts. */
export interface Depot extends Coordinates {
  readonly code: string;
  readonly name: string;
}

/** Size of a yard plus the position error of a phone between houses. */
export const DEPOT_RADIUS_M = 150;
/** Hysteresis: a courier at the edge does not flap between arriving and leaving. */
const LEFT_M = 300;

/**
 * Whether a courier is at the depot, given the previous answer. Pure.
 *
 * @param wasThere null: unknown
 */
export function isAtDepot(
  wasThere: boolean | null,
  place: Coordinates,
  depot: Coordinates,
): boolean {
  return metresBetween(place, depot) <= (wasThere === true ? LEFT_M : DEPOT_RADIUS_M);
}

/** What a courier on shift at the depot may want to do next; null: nothing. Pure. */
export function depotHint({
  holds,
  toLoad,
  doneToday,
}: {
  readonly holds: number;
  readonly toLoad: number;
  /** Stops done today. */
  readonly doneToday: number;
}): 'end_shift' | 'hand_in' | null {
  if (doneToday === 0 || toLoad > 0) return null;
  return holds > 0 ? 'hand_in' : 'end_shift';
}
