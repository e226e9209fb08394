import type { LatLng } from '../../../kernel/places/distance.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Listener } from '../../../platform/database/listen.ts';
import { COURIERS_CHANNEL, IN_CONTACT_MS } from '../../couriers/index.ts';
import { type FreeOnMap, type OnShift, parcelsOf, timesOf } from '../../dispatch/index.ts';
import {
  type AsKnown,
  CachedCouriers,
  type Known,
  READ_TOGETHER_MAX,
  type ReadCouriers,
  type ReadDeps,
  readKnown,
} from './known-couriers.ts';
import { RecentOffers } from './pass.ts';

/** Returns a courier's last place, as shared between processes; null: none. */
export type MovedTo = (courierId: string) => (LatLng & { readonly atMs: number }) | null;

/**
 * A tenant's couriers on shift, cached between match passes: where and when each will be free.
 * Stale data only costs an attempt, because assigning compares and sets.
 */
export interface CourierIndex {
  /** The couriers to whom this process recently made offers. */
  readonly lately: RecentOffers;
  /** Returns where and when couriers in contact with room can start their next route. */
  freeOf(tenant: Tenant): Promise<AsKnown<FreeOnMap>>;
  /** Returns the couriers in contact who may get offers, with their current places. */
  onShiftOf(tenant: Tenant): Promise<AsKnown<OnShift>>;
  stop(): void;
}

const TENANTS_MAX = 200;

/**
 * Creates the cache of tenants' couriers.
 * @param updates what announces changes; null: every pass reads everything.
 */
export function createCourierIndex(
  deps: ReadDeps,
  updates: {
    readonly listener: Pick<Listener, 'on'>;
    readonly movedTo: MovedTo;
  } | null,
): CourierIndex {
  const tenants = new Map<string, CachedCouriers>();

  const end = updates?.listener.on(COURIERS_CHANNEL, (courierId) => {
    for (const index of tenants.values()) index.noteChange(courierId);
  });

  async function readCached(tenant: Tenant): Promise<AsKnown<Known>> {
    const read: ReadCouriers = (among) => readKnown(deps, tenant, among);
    if (updates === null) return { couriers: await readAllPages(read), isWhole: true };
    const key = `${tenant.merchantId} ${tenant.mode}`;
    const known = tenants.get(key);
    if (known !== undefined) {
      // Moves it to the end: the least recently used tenant comes first.
      tenants.delete(key);
      tenants.set(key, known);
      return known.all();
    }
    const [oldest] = tenants.keys();
    if (tenants.size >= TENANTS_MAX && oldest !== undefined) {
      tenants.get(oldest)?.stop();
      tenants.delete(oldest);
    }
    // Registered before it is read, so that it receives every change from then on.
    const fresh = new CachedCouriers(read, deps.clock);
    tenants.set(key, fresh);
    return fresh.all();
  }

  function newestPlaceOf({ courier, positionAtMs }: Known): LatLng | null {
    const moved = updates?.movedTo(courier.courierId) ?? null;
    return moved !== null && moved.atMs > positionAtMs ? moved : courier.place;
  }

  function isInContact({ courier, contactEndsAtMs: endsAtMs }: Known): boolean {
    const nowMs = deps.clock.nowMs();
    if (endsAtMs === null || endsAtMs >= nowMs) return true;
    return nowMs - (updates?.movedTo(courier.courierId)?.atMs ?? 0) <= IN_CONTACT_MS;
  }

  return {
    lately: new RecentOffers(),
    async freeOf(tenant) {
      const { couriers, isWhole } = await readCached(tenant);
      const nowMs = deps.clock.nowMs();
      const free: FreeOnMap[] = [];
      for (const known of couriers.filter(isInContact)) {
        const at = freeAt(known, newestPlaceOf(known), nowMs);
        if (at !== null) free.push(at);
      }
      return { couriers: free, isWhole };
    },
    async onShiftOf(tenant) {
      const { couriers, isWhole } = await readCached(tenant);
      const inContact = couriers.filter(isInContact);
      return {
        couriers: inContact.map((known) => withPlace(known, newestPlaceOf(known))),
        isWhole,
      };
    },
    stop() {
      end?.();
      for (const index of tenants.values()) index.stop();
      tenants.clear();
    },
  };
}

async function readAllPages(read: ReadCouriers): Promise<readonly Known[]> {
  const all: Known[] = [];
  let after: string | null = null;
  for (;;) {
    const some: ReadonlyMap<string, Known> = await read({ after, limit: READ_TOGETHER_MAX });
    all.push(...some.values());
    if (some.size < READ_TOGETHER_MAX) return all;
    after = all.at(-1)?.courier.courierId ?? null;
  }
}

/** Where and when a courier is free for another delivery; null: place unknown, or no room. */
function freeAt(known: Known, at: LatLng | null, nowMs: number): FreeOnMap | null {
  const { courier, ways } = known;
  const room = courier.capacityParcels ?? parcelsOf(courier.by);
  if (at === null || courier.load >= room) return null;
  let place: LatLng = at;
  let freeMs = nowMs;
  for (const way of ways) {
    freeMs = timesOf(way, { from: place, leavesMs: freeMs, by: courier.by }).arrivalMs;
    place = way.destination;
  }
  return { courier: withPlace(known, at), place, freeMs };
}

function withPlace({ courier }: Known, at: LatLng | null): OnShift {
  return courier.place === at ? courier : { ...courier, place: at };
}
