import { metresBetween } from '../../kernel/places/great-circle.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { positionColumns, writePosition } from '../intake/position-columns.ts';
import { VERDICTS, type Verdict } from '../judge-fix.ts';
import { createRows, judgeKept, type KeptCourier, placeOf, restorePlace } from './kept-courier.ts';
import type {
  CourierPlace,
  HearShown,
  NearbyPlace,
  PlaceStore,
  Remembered,
  Reported,
} from './place-store.ts';

/** Places in this process: enough for one that answers alone. */
export function createMemoryPlaces(): PlaceStore {
  const hears = new Set<HearShown>();
  const entries = createEntries();
  const { entryOf, entriesOf } = entries;
  /** Shown since it was told last, of those whom the process remembers. */
  let moved: Remembered[] = [];
  const { values } = positionColumns(1);

  function placesOf(tenant: Tenant): CourierPlace[] {
    return [...entriesOf(tenant).values()].flatMap((kept) => placeOf(kept) ?? []);
  }

  function tellPlace(kept: KeptCourier): void {
    const place = placeOf(kept);
    if (place !== null) for (const hear of hears) hear.places([place]);
  }

  const here: PlaceStore['here'] = {
    judge(courier, from, at, nowMs) {
      let { kept } = courier;
      // Looked up once for each courier, and found with it from then on.
      if (kept === null || kept.isGone) {
        kept = entryOf(courier.tenant, courier.courierId);
        courier.kept = kept;
      }
      const verdict = judgeKept(kept, from, at, nowMs);
      if (verdict === SHOWN) moved.push(courier);
      return verdict;
    },
    tell() {
      if (moved.length === 0) return;
      for (const hear of hears) hear.couriers(moved);
      moved = [];
    },
  };

  function judgeOne({ courierId, tenant, position, courier }: Reported, nowMs: number): Verdict {
    writePosition(values, 0, position);
    const kept = entryOf(tenant, courierId);
    const verdict = judgeKept(kept, values, 0, nowMs);
    if (courier !== undefined) courier.kept = kept;
    if (verdict === SHOWN && courier !== undefined) moved.push(courier);
    else if (verdict === SHOWN) tellPlace(kept);
    return VERDICTS[verdict] as Verdict;
  }

  return {
    isShared: false,
    here,
    take(reported, nowMs) {
      const verdicts = reported.map((each) => judgeOne(each, nowMs));
      here.tell();
      return verdicts;
    },
    async find(tenant, courierIds) {
      const own = entriesOf(tenant);
      const found = new Map<string, CourierPlace>();
      for (const courierId of courierIds) {
        const kept = own.get(courierId);
        const place = kept === undefined ? null : placeOf(kept);
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
    // What is in this process is lost with it alone; it is restored when it begins.
    isEmpty: async () => false,
    onShown(hear) {
      hears.add(hear);
      return () => hears.delete(hear);
    },
    async close() {},
  };
}

const SHOWN = VERDICTS.indexOf('shown');

/** What is known of couriers, by their tenants. */
function createEntries() {
  const tenants = new Map<string, Map<string, KeptCourier>>();
  const rows = createRows();

  function entriesOf({ merchantId, mode }: Tenant): Map<string, KeptCourier> {
    const key = `${merchantId} ${mode}`;
    const found = tenants.get(key);
    if (found !== undefined) return found;
    const made = new Map<string, KeptCourier>();
    tenants.set(key, made);
    return made;
  }

  return {
    entriesOf,
    entryOf(tenant: Tenant, courierId: string): KeptCourier {
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
      const kept = entries.get(courierId);
      if (kept !== undefined) rows.free(kept);
      entries.delete(courierId);
    },
  };
}
