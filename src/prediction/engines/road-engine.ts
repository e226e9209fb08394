import type { RoadPoint } from '../road/ride/ride.ts';
import type { RoadVehicle } from '../road/roads.ts';

/** An engine's answer for one leg; null: no road. */
export interface EngineDrive {
  readonly seconds: number;
  readonly metres: number;
}

/** Why an engine's answer is unusable: it was slow, down or busy, or the answer is unreadable. */
export type EngineFailure = 'timeout' | 'network' | 'too_large' | 'refused' | 'unreadable';

export type EngineAnswer<T> =
  | { readonly kind: 'answer'; readonly value: T }
  | { readonly kind: 'failed'; readonly reason: EngineFailure; readonly detail: string };

/** A routing server. Never rejects. */
export interface RoadEngine {
  /** Drives from each place to the next: one fewer than there are places. */
  route(
    places: readonly RoadPoint[],
    vehicle: RoadVehicle,
  ): Promise<EngineAnswer<readonly (EngineDrive | null)[]>>;
  /** Drives from each place in `from` to each in `to`; the rows are those of `from`. */
  matrix(
    from: readonly RoadPoint[],
    to: readonly RoadPoint[],
    vehicle: RoadVehicle,
  ): Promise<EngineAnswer<readonly (readonly (EngineDrive | null)[])[]>>;
}

export const answer = <T>(value: T): EngineAnswer<T> => ({ kind: 'answer', value });

/** Concatenates the answers of parts; the first failure is the result. */
export function joined<T>(
  parts: readonly EngineAnswer<readonly T[]>[],
): EngineAnswer<readonly T[]> {
  const found: T[] = [];
  for (const part of parts) {
    if (part.kind === 'failed') return part;
    found.push(...part.value);
  }
  return answer(found);
}

/**
 * Converts a leg as an engine returns it; null if there is none, because no road joins the places.
 */
export function driveOf(
  seconds: number | null | undefined,
  metres: number | null | undefined,
): EngineDrive | null {
  const isDrive = seconds != null && seconds >= 0 && Number.isFinite(seconds);
  return isDrive ? { seconds, metres: Math.round(metres ?? 0) } : null;
}
