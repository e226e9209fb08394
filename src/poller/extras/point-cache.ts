import type { PickupPointQuery, PickupPointsOutcome } from '../../adapters/contract/extras.ts';
import type { Clock } from '../../platform/clock.ts';

/** Points do not move; new ones and full ones may be an hour late. */
const CACHE_MS = 3_600_000;
/** Some fifty points of half a kilobyte each: a dozen megabytes at most. */
const CACHED_MAX = 500;

export interface CachedPoints {
  readonly outcome: Extract<PickupPointsOutcome, { outcome: 'points' | 'none' }>;
  readonly asOfMs: number;
}

/**
 * Carriers' answers about places, cached in this process. They are the same for everybody, so
 * merchants share them; keyed by carrier, system and question only, and never a failure.
 */
export interface PointCache {
  get(key: string): CachedPoints | null;
  keep(key: string, outcome: PickupPointsOutcome): void;
}

export function createPointCache(clock: Clock): PointCache {
  const cached = new Map<string, CachedPoints>();
  return {
    get(key) {
      const found = cached.get(key);
      if (found === undefined) return null;
      const ageMs = clock.nowMs() - found.asOfMs;
      if (ageMs < 0 || ageMs >= CACHE_MS) {
        cached.delete(key);
        return null;
      }
      // The one used last is dropped last.
      cached.delete(key);
      cached.set(key, found);
      return found;
    },
    keep(key, outcome) {
      if (outcome.outcome !== 'points' && outcome.outcome !== 'none') return;
      cached.delete(key);
      cached.set(key, { outcome, asOfMs: clock.nowMs() });
      for (const oldest of cached.keys()) {
        if (cached.size <= CACHED_MAX) break;
        cached.delete(oldest);
      }
    },
  };
}

export function pointKey(carrier: string, environment: string, query: PickupPointQuery): string {
  const { country, postalCode, city, lat, lng, radiusM, limit, kinds } = query;
  const place = [country, postalCode, city, lat, lng, radiusM, limit];
  return JSON.stringify([carrier, environment, ...place, [...(kinds ?? [])].sort()]);
}
