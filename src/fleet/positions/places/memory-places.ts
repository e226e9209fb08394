import { metresBetween } from '../../../kernel/places/distance.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { positionColumns, writePosition } from '../intake/courier-table.ts';
import { VERDICTS, type Verdict } from '../judge-fix.ts';
import {
  type CachedCourier,
  createRows,
  judgeCached,
  placeOf,
  restorePlace,
} from './cached-courier.ts';
import type {
  CourierPlace,
  NearbyPlace,
  PlaceStore,
  Remembered,
  Reported,
  ShownSubscriber,
} from './place-store.ts';

/** Creates a store of places in this process, for a hub with one process. */
export function createMemoryPlaces(): PlaceStore {
  const subscribers = new Set<ShownSubscriber>();
  const entries = createEntries();
  const { entryOf, entriesOf } = entries;
  /** Remembered couriers whose place was shown since the last round. */
  let moved: Remembered[] = [];
  const { values } = positionColumns(1);

  function placesOf(tenant: Tenant): CourierPlace[] {
    return [...entriesOf(tenant).values()].flatMap((cached) => placeOf(cached) ?? []);
  }

  function publishPlace(cached: CachedCourier): void {
    const place = placeOf(cached);
    if (place !== null) for (const subscriber of subscribers) subscriber.places([place]);
  }

  const here: PlaceStore['here'] = {
    judge(courier, from, at, nowMs) {
      let { cached } = courier;
      // Looked up once for each courier, and cached with it.
      if (cached === null || cached.isGone) {
        cached = entryOf(courier.tenant, courier.courierId);
        courier.cached = cached;
      }
      const verdict = judgeCached(cached, from, at, nowMs);
      if (verdict === SHOWN) moved.push(courier);
      return verdict;
    },
    publish() {
      if (moved.length === 0) return;
      for (const subscriber of subscribers) subscriber.couriers(moved);
      moved = [];
    },
  };

  function judgeOne({ courierId, tenant, position, courier }: Reported, nowMs: number): Verdict {
    writePosition(values, 0, position);
    const cached = entryOf(tenant, courierId);
    const verdict = judgeCached(cached, values, 0, nowMs);
    if (courier !== undefined) courier.cached = cached;
    if (verdict === SHOWN && courier !== undefined) moved.push(courier);
    else if (verdict === SHOWN) publishPlace(cached);
    return VERDICTS[verdict] as Verdict;
  }

  return {
    isShared: false,
    here,
    take(reported, nowMs) {
      const verdicts = reported.map((each) => judgeOne(each, nowMs));
      here.publish();
      return verdicts;
    },
    async find(tenant, courierIds) {
      const own = entriesOf(tenant);
      const found = new Map<string, CourierPlace>();
      for (const courierId of courierIds) {
        const cached = own.get(courierId);
        const place = cached === undefined ? null : placeOf(cached);
        if (place !== null) found.set(courierId, place);
      }
      return found;
    },
    async near(tenant, centre, { radiusM, limit }) {
      const found: NearbyPlace[] = [];
      for (const place of placesOf(tenant)) {
        const distanceM = metresBetween(centre, place.position);
        if (distanceM <= radiusM) found.push({ ...place, distanceM });
      }
      return found.sort((a, b) => a.distanceM - b.distanceM).slice(0, limit);
    },
    all: async (tenant) => placesOf(tenant),
    couriers: async () => entries.all(),
    drop: async (courier) => entries.drop(courier),
    async restore(places) {
      for (const place of places) restorePlace(entryOf(place.tenant, place.courierId), place);
    },
    // Data in this process is lost only with the process; it is restored at the start.
    isEmpty: async () => false,
    onShown(subscriber) {
      subscribers.add(subscriber);
      return () => subscribers.delete(subscriber);
    },
    async close() {},
  };
}

const SHOWN = VERDICTS.indexOf('shown');

/** Creates the table of known couriers, by tenant. */
function createEntries() {
  const tenants = new Map<string, Map<string, CachedCourier>>();
  const rows = createRows();

  function entriesOf({ merchantId, mode }: Tenant): Map<string, CachedCourier> {
    const key = `${merchantId} ${mode}`;
    const found = tenants.get(key);
    if (found !== undefined) return found;
    const made = new Map<string, CachedCourier>();
    tenants.set(key, made);
    return made;
  }

  return {
    entriesOf,
    entryOf(tenant: Tenant, courierId: string): CachedCourier {
      const entries = entriesOf(tenant);
      const known = entries.get(courierId);
      if (known !== undefined) return known;
      const made = rows.take(tenant, courierId);
      entries.set(courierId, made);
      return made;
    },
    all: () =>
      [...tenants.values()].flatMap((entries) =>
        [...entries].map(([courierId, { tenant }]) => ({ courierId, tenant })),
      ),
    drop({ tenant, courierId }: Pick<Reported, 'courierId' | 'tenant'>): void {
      const entries = entriesOf(tenant);
      const cached = entries.get(courierId);
      if (cached !== undefined) rows.free(cached);
      entries.delete(courierId);
    },
  };
}
