import type { RoadPoint } from '../road/ride/ride.ts';
import type { RoadVehicle } from '../road/roads.ts';

/** What an engine says of one way; null: there is no road. */
export interface EngineDrive {
  readonly seconds: number;
  readonly metres: number;
}

/** Why an engine said nothing usable: it was slow, away, busy, or answered what nobody can read. */
export type EngineFailure = 'timeout' | 'network' | 'too_large' | 'refused' | 'unreadable';

export type EngineAnswer<T> =
  | { readonly kind: 'answer'; readonly value: T }
  | { readonly kind: 'failed'; readonly reason: EngineFailure; readonly detail: string };

/** A server that knows streets. Never rejects. */
export interface RoadEngine {
  /** From each place to the next: one fewer than there are places. */
  route(
    places: readonly RoadPoint[],
    vehicle: RoadVehicle,
  ): Promise<EngineAnswer<readonly (EngineDrive | null)[]>>;
  /** Rows by `from`. */
  matrix(
    from: readonly RoadPoint[],
    to: readonly RoadPoint[],
    vehicle: RoadVehicle,
  ): Promise<EngineAnswer<readonly (readonly (EngineDrive | null)[])[]>>;
}

export const answer = <T>(value: T): EngineAnswer<T> => ({ kind: 'answer', value });

/** Answers of parts, one after the other, as one; the first failure is that of all. */
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

/** A drive as an engine tells it; null where it tells none, as between places that no road joins. */
export function driveOf(
  seconds: number | null | undefined,
  metres: number | null | undefined,
): EngineDrive | null {
  const isDrive = seconds != null && seconds >= 0 && Number.isFinite(seconds);
  return isDrive ? { seconds, metres: Math.round(metres ?? 0) } : null;
}
