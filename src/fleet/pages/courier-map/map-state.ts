import { initialsOf, type MapItem, type Position } from '../../../http/maps/map-data.ts';
import type { Mode, Tenant } from '../../../kernel/tenant.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { isLow, locationSince } from '../../api/positions/place-json.ts';
import type { Courier, Couriers } from '../../couriers/index.ts';
import type { CourierPlace, Positions } from '../../positions/index.ts';
import type { CouriersOfTenant } from './map-stream.ts';

interface MapDeps {
  readonly couriers: Pick<Couriers, 'list' | 'listAll' | 'silentSince'>;
  readonly positions: Pick<Positions, 'places'>;
}

/** Selects the couriers for a map; null: all. */
export interface MapFilter {
  /**
   * The tenant to read. The database is read with that tenant's rights, so no other tenant is
   * visible.
   */
  readonly tenant: Tenant | null;
  readonly merchantId: string | null;
  /** Code of the building where the shift starts. */
  readonly facility: string | null;
}

export const EVERYBODY: MapFilter = { tenant: null, merchantId: null, facility: null };

/** A courier on shift, as shown on the dispatcher's map. */
export interface MapCourier {
  readonly id: string;
  /** The name; viewers get the id instead, because names are personal data. */
  readonly name: string;
  readonly merchant_id: string;
  readonly mode: Mode;
  readonly facility: string | null;
  readonly time_zone: string | null;
  readonly vehicle: Courier['vehicle'];
  readonly holds: number;
  readonly to_load: number;
  readonly pause: Courier['pause'];
  /** What the courier can take, and until when. */
  readonly limits: Pick<Courier, 'capacityParcels' | 'capacityWeightG' | 'shiftEndsAtMs'>;
  readonly lat: number | null;
  readonly lng: number | null;
  /** Degrees clockwise from north; null: the device does not know. */
  readonly heading: number | null;
  /** When the device reported the place; null: never. */
  readonly at: string | null;
  /** Whether it is shown as old; with `lost`, the courier is out of contact. */
  readonly position: 'current' | 'old' | 'lost';
  /** The charge in percent. */
  readonly battery: number | null;
  readonly battery_low: boolean;
  readonly location: 'off' | 'denied' | null;
  readonly silent_since: string | null;
}

/** Maximum of couriers on the map; those who need attention come first. */
const COURIERS_MAX = 5_000;
const PAGE = 1_000;
const ON_SHIFT = { onShift: true, externalId: null };

/**
 * Reads the couriers on shift, those who need attention first: silent ones, then those whose device
 * reports no position any more.
 */
export async function couriersOnMap(
  { couriers, positions }: MapDeps,
  filter: MapFilter,
  showsNames: boolean,
): Promise<{ readonly couriers: readonly MapCourier[]; readonly facilities: readonly string[] }> {
  const all = await readOnShift(couriers, filter);
  const facilities = [...new Set(all.flatMap(({ homeFacility }) => homeFacility ?? []))].sort();
  const wanted = all.filter((courier) => matchesFacility(filter, courier));
  const places = await placesOf(positions, wanted);
  const silent = await couriers.silentSince(wanted.map(({ id }) => id));
  const shown = wanted.map((courier) =>
    toMapCourier(courier, places.get(courier.id), silent.get(courier.id), showsNames),
  );
  return { couriers: shown.sort(compareNeed), facilities };
}

function matchesFacility({ facility }: MapFilter, { homeFacility }: Courier): boolean {
  return facility === null || homeFacility === facility;
}

/** Finds which couriers a map with that filter shows, by tenant. */
export async function whoseOnMap(
  { couriers }: Pick<MapDeps, 'couriers'>,
  filter: MapFilter,
): Promise<readonly CouriersOfTenant[]> {
  const wanted = (await readOnShift(couriers, filter)).filter((courier) =>
    matchesFacility(filter, courier),
  );
  return [...byTenant(wanted).values()].map(({ tenant, ids }) => ({
    tenant,
    courierIds: new Set(ids),
  }));
}

async function readOnShift(
  couriers: Pick<Couriers, 'list' | 'listAll'>,
  { tenant, merchantId }: MapFilter,
): Promise<Courier[]> {
  const found: Courier[] = [];
  let after: string | null = null;
  do {
    const page: Courier[] =
      tenant === null
        ? await couriers.listAll({ after, limit: PAGE, onShift: true })
        : await couriers.list(tenant, ON_SHIFT, { after, limit: PAGE });
    for (const each of page) {
      if (each.onShift && (merchantId === null || each.merchantId === merchantId)) found.push(each);
    }
    after = page.length < PAGE ? null : (page.at(-1)?.id ?? null);
  } while (after !== null && found.length < COURIERS_MAX);
  return found.slice(0, COURIERS_MAX);
}

/**
 * Finds couriers' places, tenant by tenant. If places cannot be looked up now, the map shows none.
 */
async function placesOf(
  { places }: Pick<Positions, 'places'>,
  couriers: readonly Courier[],
): Promise<ReadonlyMap<string, CourierPlace>> {
  const found = new Map<string, CourierPlace>();
  for (const { tenant, ids } of byTenant(couriers).values()) {
    const of = await places.find(tenant, ids).catch(() => new Map<string, CourierPlace>());
    for (const [id, place] of of) found.set(id, place);
  }
  return found;
}

function byTenant(couriers: readonly Courier[]) {
  const tenants = new Map<string, { readonly tenant: Tenant; readonly ids: string[] }>();
  for (const { id, merchantId, mode } of couriers) {
    const key = `${merchantId} ${mode}`;
    const known = tenants.get(key) ?? { tenant: { merchantId, mode }, ids: [] };
    known.ids.push(id);
    tenants.set(key, known);
  }
  return tenants;
}

function toMapCourier(
  courier: Courier,
  place: CourierPlace | undefined,
  silentSinceMs: number | undefined,
  showsNames: boolean,
): MapCourier {
  const { device, capacityParcels, capacityWeightG, shiftEndsAtMs } = courier;
  const id = wireId('courier', courier.id);
  const saidLater = device !== null && (device.reportedAtMs ?? 0) > (place?.receivedAtMs ?? 0);
  const battery = (saidLater ? device.battery : place?.position.battery) ?? null;
  const location = locationSince(device, place?.receivedAtMs ?? null);
  return {
    id,
    name: showsNames ? courier.name : id,
    merchant_id: courier.merchantId,
    mode: courier.mode,
    facility: courier.homeFacility,
    time_zone: courier.timeZone,
    vehicle: courier.vehicle,
    holds: courier.holds,
    to_load: courier.assigned - courier.holds,
    pause: courier.pause,
    limits: { capacityParcels, capacityWeightG, shiftEndsAtMs },
    lat: place?.position.lat ?? null,
    lng: place?.position.lng ?? null,
    heading: place?.position.heading ?? null,
    at: place === undefined ? null : iso(place.position.atMs),
    position: place?.isOld ? 'old' : courier.isOutOfContact && !place ? 'lost' : 'current',
    battery,
    battery_low: isLow(battery),
    location: location === 'on' ? null : location,
    silent_since: silentSinceMs === undefined ? null : iso(silentSinceMs),
  };
}

/** A courier on a map, in the colour of the route if it is drawn; none without a place. */
export function courierItem(
  { id, name, lat, lng, at, heading }: MapCourier,
  tone: NonNullable<MapItem['tone']>,
  route?: number,
): readonly MapItem[] {
  if (lat === null || lng === null) return [];
  const mark = { id, kind: 'courier', name, number: initialsOf(name), tone } as const;
  const colour = route === undefined ? {} : { route };
  return [{ ...mark, ...colour, lat, lng, heading, at: at === null ? 0 : Date.parse(at) }];
}

/** Position of a courier as a map takes it; null: unknown. */
export function placeOf({ lat, lng }: Pick<MapCourier, 'lat' | 'lng'>): Position | null {
  return lat === null || lng === null ? null : [lng, lat];
}

function compareNeed(a: MapCourier, b: MapCourier): number {
  return needOf(a) - needOf(b) || (a.name < b.name ? -1 : Number(a.name > b.name));
}

/** How urgently a courier needs attention: 0 most, 4 not at all. */
function needOf({ silent_since, location, lat, position, battery_low }: MapCourier): number {
  if (silent_since !== null) return 0;
  if (location !== null) return 1;
  if (lat === null || position === 'old') return 2;
  return battery_low ? 3 : 4;
}
