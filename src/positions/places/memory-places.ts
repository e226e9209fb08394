import { metresBetween } from '../../kernel/places/great-circle.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { judgeFix, NOWHERE, type ShownPlace, type Verdict } from '../judge-fix.ts';
import type { CourierPlace, NearbyPlace, PlaceStore } from './place-store.ts';

interface Entry {
  readonly tenant: Tenant;
  state: ShownPlace;
  place: CourierPlace | null;
}

/** Places in this process: enough for one that answers alone. */
export function createMemoryPlaces(): PlaceStore {
  const tenants = new Map<string, Map<string, Entry>>();
  const hears = new Set<(places: readonly CourierPlace[]) => void>();

  function entriesOf({ merchantId, mode }: Tenant): Map<string, Entry> {
    const key = `${merchantId} ${mode}`;
    const found = tenants.get(key);
    if (found !== undefined) return found;
    const made = new Map<string, Entry>();
    tenants.set(key, made);
    return made;
  }

  return {
    isShared: false,
    take(reported, nowMs) {
      const shown: CourierPlace[] = [];
      let entries: Map<string, Entry> | null = null;
      let tenant: Tenant | null = null;
      const verdicts: Verdict[] = [];
      for (const each of reported) {
        if (entries === null || tenant !== each.tenant) entries = entriesOf(each.tenant);
        tenant = each.tenant;
        let entry = entries.get(each.courierId);
        if (entry === undefined) {
          entry = { tenant: each.tenant, state: NOWHERE, place: null };
          entries.set(each.courierId, entry);
        }
        const { verdict, place } = judgeFix(entry.state, each.position);
        entry.state = place;
        verdicts.push(verdict);
        if (verdict === 'shown') {
          entry.place = { ...each, receivedAtMs: nowMs };
          if (hears.size > 0) shown.push(entry.place);
        }
      }
      if (shown.length > 0) for (const hear of hears) hear(shown);
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
      entriesOf(tenant).delete(courierId);
    },
    async restore(places) {
      for (const place of places) {
        const entries = entriesOf(place.tenant);
        const known = entries.get(place.courierId)?.place ?? null;
        if (known !== null && known.position.atMs >= place.position.atMs) continue;
        const state = { shown: place.position, doubted: null, agreed: 0 };
        entries.set(place.courierId, { tenant: place.tenant, state, place });
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
