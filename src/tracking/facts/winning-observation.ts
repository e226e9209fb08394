import { type Interval, ZONE_SOURCES, type ZoneSource } from '../../kernel/time/place-time.ts';
import { TRUSTS, type Trust } from '../../kernel/trust.ts';
import { compare } from '../fold/compare.ts';

/** What decides between two ingestions of one fact; callers may carry more (place, wall clock). */
export interface RankedObservation {
  readonly zoneSource: ZoneSource;
  readonly trust: Trust;
  readonly receivedAtMs: number;
  readonly inboundMessageId: string;
  readonly interval?: Interval;
}

/**
 * The observation whose attributes are the fact's: the maximum by (how the zone is known, trust,
 * received_at, message id). It is used whole: mixing one ingestion's offset with another's place
 * would show a time and a place that nobody ever reported together. Null for an empty list.
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

/** Positive when `a` wins over `b`, negative when it loses, 0 only for equals. */
export function compareObservations(a: RankedObservation, b: RankedObservation): number {
  return (
    ZONE_WEIGHT[a.zoneSource] - ZONE_WEIGHT[b.zoneSource] ||
    TRUST_WEIGHT[a.trust] - TRUST_WEIGHT[b.trust] ||
    compare(a.receivedAtMs, b.receivedAtMs) ||
    compare(a.inboundMessageId, b.inboundMessageId) ||
    // For one message that reports a fact twice any fixed choice will do; arrival order would not
    // be fixed.
    compare(a.interval?.lo ?? 0, b.interval?.lo ?? 0) ||
    compare(a.interval?.hi ?? 0, b.interval?.hi ?? 0)
  );
}

const ZONE_WEIGHT = weights(ZONE_SOURCES);
const TRUST_WEIGHT = weights(TRUSTS);

/** Both kernel lists run from the best to the worst. */
function weights<T extends string>(bestFirst: readonly T[]): Readonly<Record<T, number>> {
  return Object.fromEntries(bestFirst.map((name, index) => [name, -index])) as Record<T, number>;
}
