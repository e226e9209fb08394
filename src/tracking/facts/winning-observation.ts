import { type Interval, ZONE_SOURCES, type ZoneSource } from '../../kernel/time/place-time.ts';
import { TRUSTS, type Trust } from '../../kernel/trust.ts';
import { compare } from '../fold/compare.ts';

/**
 * What decides between two observations of one fact. Callers may have further members (place,
 * time).
 */
export interface RankedObservation {
  readonly zoneSource: ZoneSource;
  readonly trust: Trust;
  readonly receivedAtMs: number;
  readonly inboundMessageId: string;
  readonly interval?: Interval;
}

/**
 * Returns the observation whose attributes the fact gets: the maximum by (how the zone is known,
 * trust, received_at, message id). It is used whole: mixing one observation's offset with another's
 * place would show a time and a place that nobody ever reported together. Null for an empty list.
 *
 * @example winningObservation([pushWithOffset, pullWithoutZone]) // pushWithOffset
 */
export function winningObservation<S extends RankedObservation>(
  observations: readonly S[],
): S | null {
  let best: S | null = null;
  for (const observation of observations) {
    if (best === null || compareObservations(observation, best) > 0) best = observation;
  }
  return best;
}

/**
 * Compares two observations: positive when `a` wins over `b`, negative when it loses, 0 only for
 * equals.
 */
export function compareObservations(a: RankedObservation, b: RankedObservation): number {
  return (
    ZONE_WEIGHT[a.zoneSource] - ZONE_WEIGHT[b.zoneSource] ||
    TRUST_WEIGHT[a.trust] - TRUST_WEIGHT[b.trust] ||
    compare(a.receivedAtMs, b.receivedAtMs) ||
    compare(a.inboundMessageId, b.inboundMessageId) ||
    // For one message that reports a fact twice, any fixed choice will do; the order of arrival
    // would not be fixed.
    compare(a.interval?.lo ?? 0, b.interval?.lo ?? 0) ||
    compare(a.interval?.hi ?? 0, b.interval?.hi ?? 0)
  );
}

const ZONE_WEIGHT = weights(ZONE_SOURCES);
const TRUST_WEIGHT = weights(TRUSTS);

/** Returns a weight for each name of a list that is ordered from the best to the worst. */
function weights<T extends string>(bestFirst: readonly T[]): Readonly<Record<T, number>> {
  return Object.fromEntries(bestFirst.map((name, index) => [name, -index])) as Record<T, number>;
}
