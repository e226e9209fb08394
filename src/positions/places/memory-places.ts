import { metresBetween } from '../../kernel/places/great-circle.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { judgeNext, NOWHERE, type Verdict } from '../judge-fix.ts';
import type {
  CourierPlace,
  HearShown,
  KeptCourier,
  NearbyPlace,
  PlaceStore,
  Remembered,
  Reported,
} from './place-store.ts';

/** Places in this process: enough for one that answers alone. */
export function createMemoryPlaces(): PlaceStore {
  const tenants = new Map<string, Map<string, KeptCourier>>();
  const hears = new Set<HearShown>();

  function entriesOf({ merchantId, mode }: Tenant): Map<string, KeptCourier> {
    const key = `${merchantId} ${mode}`;
    const found = tenants.get(key);
    if (found !== undefined) return found;
    const made = new Map<string, KeptCourier>();
    tenants.set(key, made);
    return made;
  }

  /** Looked up once for each courier, and found with it from then on. */
  function entryOf({ courier, courierId, tenant }: Reported): KeptCourier {
    const kept = courier?.kept;
    if (kept != null && !kept.isGone) return kept;
    const entries = entriesOf(tenant);
    let entry = entries.get(courierId);
    if (entry === undefined) {
      entry = { ...NOWHERE, tenant, place: null, isGone: false };
      entries.set(courierId, entry);
    }
    if (courier !== undefined) courier.kept = entry;
    return entry;
  }

  return {
    isShared: false,
    take(reported, nowMs) {
      const shown: CourierPlace[] = [];
      const couriers: (Remembered | undefined)[] = [];
      const verdicts: Verdict[] = [];
      for (const each of reported) {
        const entry = entryOf(each);
        const verdict = judgeNext(entry, each.position);
        verdicts.push(verdict);
        if (verdict !== 'shown') continue;
        const { courierId, tenant, position, courier } = each;
        const place: CourierPlace = { courierId, tenant, position, receivedAtMs: nowMs };
        entry.place = place;
        if (courier !== undefined) courier.newest = place;
        shown.push(place);
        couriers.push(courier);
      }
      if (shown.length > 0) for (const hear of hears) hear(shown, couriers);
      return verdicts;
    },
    async find(tenant, courierIds) {
      const entries = entriesOf(tenant);
      const found = new Map<string, CourierPlace>();
      for (const courierId of courierIds) {
        const place = entries.get(courierId)?.place;
        if (place) found.set(courierId, place);
      }
      return found;
    },
    async near(tenant, centre, { radiusM, limit }) {
      const found: NearbyPlace[] = [];
      for (const { place } of entriesOf(tenant).values()) {
        if (place === null) continue;
        const distanceM = metresBetween(centre, place.position);
        if (distanceM <= radiusM) found.push({ ...place, distanceM });
      }
      return found.sort((a, b) => a.distanceM - b.distanceM).slice(0, limit);
    },
    async all(tenant) {
      return [...entriesOf(tenant).values()].flatMap(({ place }) => place ?? []);
    },
    async couriers() {
      return [...tenants.values()].flatMap((entries) =>
        [...entries].map(([courierId, { tenant }]) => ({ courierId, tenant })),
      );
    },
    async drop({ tenant, courierId }) {
      const entries = entriesOf(tenant);
      const entry = entries.get(courierId);
      if (entry !== undefined) entry.isGone = true;
      entries.delete(courierId);
    },
    async restore(places) {
      for (const place of places) {
        const entries = entriesOf(place.tenant);
        const known = entries.get(place.courierId);
        if (known?.place != null && known.place.position.atMs >= place.position.atMs) continue;
        if (known !== undefined) known.isGone = true;
        const { courierId, tenant, position: shown } = place;
        entries.set(courierId, { ...NOWHERE, shown, tenant, place, isGone: false });
      }
    },
    // What is in this process is lost with it alone; it is restored when it begins.
    isEmpty: async () => false,
    onShown(hear) {
      hears.add(hear);
      return () => hears.delete(hear);
    },
    async close() {},
  };
}
