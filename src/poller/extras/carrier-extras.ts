import type { CarrierAdapter } from '../../adapters/contract/contract.ts';
import type {
  PickupPointQuery,
  PickupPointsOutcome,
  RedirectOptionsOutcome,
  RedirectOutcome,
  RedirectRequest,
} from '../../adapters/contract/extras.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Clock } from '../../platform/clock.ts';
import { createSessions, type SessionsDeps } from '../accounts/sessions.ts';
import { type AskCarrierDeps, askWith, type CarrierAnswer, readyAccount } from './ask-carrier.ts';

/** Services of carriers beyond tracking, called with a merchant's own account. */
export interface CarrierExtras {
  pickupPoints(
    tenant: Tenant,
    carrier: string,
    query: PickupPointQuery,
  ): Promise<Offered<PickupPointsOutcome> & { readonly asOfMs?: number }>;
  redirectOptions(
    tenant: Tenant,
    carrier: string,
    trackingNumber: string,
  ): Promise<Offered<RedirectOptionsOutcome>>;
  redirect(
    tenant: Tenant,
    carrier: string,
    request: RedirectRequest,
  ): Promise<Offered<RedirectOutcome>>;
}

/** `not_offered`: the adapter offers no such service for any account. */
export type Offered<T> = CarrierAnswer<T> | { readonly outcome: 'not_offered' };

export interface CarrierExtrasDeps
  extends Omit<AskCarrierDeps, 'openSession'>,
    Omit<SessionsDeps, 'onExchange'> {
  readonly adapterOf: (carrier: string) => CarrierAdapter | undefined;
}

/**
 * Creates the calls that people wait for, such as pickup points. Pickup points are cached, and
 * equal requests at the same time share one call.
 */
export function createCarrierExtras(given: CarrierExtrasDeps): CarrierExtras {
  const deps = { ...given, openSession: createSessions(given).open };
  const cache = createPointCache(deps.clock);
  const underWay = new Map<string, Promise<CarrierAnswer<PickupPointsOutcome>>>();

  /** Shares one call between all who need the same answer at the same time. */
  function shareCall(
    key: string,
    work: () => Promise<CarrierAnswer<PickupPointsOutcome>>,
  ): Promise<CarrierAnswer<PickupPointsOutcome>> {
    const running = underWay.get(key);
    if (running !== undefined) return running;
    const started = work().finally(() => underWay.delete(key));
    underWay.set(key, started);
    return started;
  }

  return {
    async pickupPoints(tenant, carrier, query) {
      const adapter = deps.adapterOf(carrier);
      const { pickupPoints } = adapter ?? {};
      if (adapter === undefined || pickupPoints === undefined) return { outcome: 'not_offered' };
      const ready = await readyAccount(deps, tenant, carrier);
      if (ready.outcome !== 'ready') return ready;
      const { account } = ready;
      const { environment, id } = account;
      const key = pointKey(carrier, environment, query);
      const cached = cache.get(key);
      if (cached !== null) {
        return { outcome: 'asked', value: cached.outcome, environment, asOfMs: cached.asOfMs };
      }
      const points = await shareCall(`${id} ${key}`, () =>
        askWith(deps, account, adapter, (session) => pickupPoints(query, session)),
      );
      if (points.outcome === 'asked') cache.store(key, points.value);
      return { ...points, asOfMs: deps.clock.nowMs() };
    },
    async redirectOptions(tenant, carrier, trackingNumber) {
      const adapter = deps.adapterOf(carrier);
      const { redirectOptions } = adapter ?? {};
      if (adapter === undefined || redirectOptions === undefined) {
        return { outcome: 'not_offered' };
      }
      const ready = await readyAccount(deps, tenant, carrier);
      if (ready.outcome !== 'ready') return ready;
      return askWith(deps, ready.account, adapter, (session) =>
        redirectOptions(trackingNumber, session),
      );
    },
    async redirect(tenant, carrier, request) {
      const adapter = deps.adapterOf(carrier);
      const { redirect } = adapter ?? {};
      if (adapter === undefined || redirect === undefined) return { outcome: 'not_offered' };
      const ready = await readyAccount(deps, tenant, carrier);
      if (ready.outcome !== 'ready') return ready;
      return askWith(deps, ready.account, adapter, (session) => redirect(request, session));
    },
  };
}

/** How long points are cached: they do not move, and new or full ones may appear an hour late. */
const CACHE_MS = 3_600_000;
/** An entry has some fifty points of half a kilobyte each, so this is a dozen megabytes at most. */
const CACHED_MAX = 500;

interface CachedPoints {
  readonly outcome: Extract<PickupPointsOutcome, { outcome: 'points' | 'none' }>;
  readonly asOfMs: number;
}

/**
 * Carriers' answers about places, cached in this process. They are the same for everybody, so
 * merchants share them. The key is the carrier, its system and the query; failures are not cached.
 */
interface PointCache {
  get(key: string): CachedPoints | null;
  store(key: string, outcome: PickupPointsOutcome): void;
}

/**
 * Creates the cache of pickup points. Only usable answers are kept; the least recently used is
 * dropped first.
 */
function createPointCache(clock: Clock): PointCache {
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
      // Inserted again, so that the entry used last is dropped last.
      cached.delete(key);
      cached.set(key, found);
      return found;
    },
    store(key, outcome) {
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

function pointKey(carrier: string, environment: string, query: PickupPointQuery): string {
  const { country, postalCode, city, lat, lng, radiusM, limit, kinds } = query;
  const place = [country, postalCode, city, lat, lng, radiusM, limit];
  return JSON.stringify([carrier, environment, ...place, [...(kinds ?? [])].sort()]);
}
