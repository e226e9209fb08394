import { DateTime } from 'luxon';
import { type MapStop, stopsInOrder } from '../../../http/console/kit/map-frame.tsx';
import { type MapData, type Position, ROUTE_COLOURS } from '../../../http/maps/map-data.ts';
import type { LatLng } from '../../../kernel/places/distance.ts';
import { uuidOfWireId, wireId } from '../../../kernel/wire/wire-ids.ts';
import { placesOf, shownEstimate } from '../../../tracking/ports/predictions.ts';
import { type Shipment, shipmentsByIds } from '../../../tracking/ports/shipments.ts';
import type { FleetParts } from '../../api/fleet-parts.ts';
import type { RouteParcel, RouteStop } from '../../couriers/index.ts';
import { type Arrival, openDeliveriesAmong, waysOf } from '../../deliveries/index.ts';
import { pickupOf, streetOf } from '../dispatch-board/delivery-texts.ts';
import type { MapCourier } from './map-state.ts';
import { alongStreets, type StreetLines } from './street-lines.ts';

/** Something that a courier does at one place. */
interface Visit {
  /** Its id on the map. */
  readonly id: string;
  /** Its number in the order in which the courier drives, from 1: pickups and drop-offs count. */
  readonly number: number;
  /** Null: unknown, or hidden from the reader. */
  readonly place: LatLng | null;
  /** The item on the map that it is a detail of; absent: it can be selected. */
  readonly of?: string;
}

/** Where parcels are fetched. */
export interface Pickup extends Visit {
  /** Null: unknown, or hidden from the reader. */
  readonly name: string | null;
}

/** A stop that a courier has still to make to hand parcels over. */
export interface StopAhead extends Visit {
  readonly stopId: string;
  /** In one line, as exactly as the reader may know it; null: unknown. */
  readonly address: string | null;
  /** Where its parcels are to be fetched first, once for all stops; null: they are loaded. */
  readonly pickup: Pickup | null;
  readonly parcels: readonly RouteParcel[];
}

/** What couriers have still to do, in order, by courier. */
export type Routes = ReadonlyMap<string, readonly StopAhead[]>;

/**
 * Picks the stops of a route that a courier has still to make, with the places of their parcels.
 * @param stops in driving order.
 * @param seesPeople whether the reader may know people's doors; otherwise only the town is given.
 */
export async function stopsAhead(
  { deliveries }: Pick<FleetParts, 'deliveries'>,
  courierId: string,
  stops: readonly RouteStop[],
  seesPeople: boolean,
): Promise<readonly StopAhead[]> {
  const ids = stops.flatMap(({ parcels }) => parcels.map(({ shipmentId }) => shipmentId));
  const [doors, ways] = await Promise.all([
    placesOf(deliveries.db.pipeline, deliveries.keyring, ids),
    waysOf(deliveries, courierId),
  ]);
  const left = stops.flatMap((stop) => {
    const parcels = stop.parcels.filter(({ state }) => state !== 'done');
    return parcels.length === 0 ? [] : [{ ...stop, parcels }];
  });
  const pickups = new Map<string, Pickup>();
  let number = 0;
  return left.map((stop): StopAhead => {
    const { parcels } = stop;
    const first = <T>(of: readonly RouteParcel[], find: (shipmentId: string) => T | undefined) =>
      of.flatMap(({ shipmentId }) => find(shipmentId) ?? [])[0] ?? null;
    const delivery = parcels.find(({ shipmentId }) => ways.has(shipmentId));
    const id = delivery ? wireId('delivery', delivery.shipmentId) : `stop-${stop.id}`;
    const toFetch = parcels.filter(({ state }) => state === 'to_load');
    const way = first(toFetch, (shipmentId) => ways.get(shipmentId));
    const at = way && `${way.origin.lat} ${way.origin.lng}`;
    if (way !== null && at !== null && !pickups.has(at)) {
      number += 1;
      const name = pickupOf(way, seesPeople);
      pickups.set(at, { id: `${id} pickup`, number, place: way.origin, of: id, name });
    }
    number += 1;
    return {
      ...{ id, number, stopId: stop.id, parcels },
      ...(delivery ? {} : { of: wireId('courier', courierId) }),
      address: addressOf(stop, seesPeople),
      place: seesPeople ? first(parcels, (id) => doors.get(id) ?? ways.get(id)?.destination) : null,
      pickup: pickups.get(at ?? '') ?? null,
    };
  });
}

/** What a courier does in order: each pickup comes before the first stop that needs it. Pure. */
export function visitsOf(stops: readonly StopAhead[]): readonly (Pickup | StopAhead)[] {
  return [...new Set(stops.flatMap((stop) => (stop.pickup ? [stop.pickup, stop] : [stop])))];
}

/** Nobody could distinguish more routes on one map; each also costs queries. */
const ROUTES_MAX = 12;

/** What couriers have still to do: the first who have parcels, and the selected one. */
export async function routesAhead(
  parts: Pick<FleetParts, 'work' | 'deliveries'>,
  couriers: readonly MapCourier[],
  { chosenId, seesPeople }: { readonly chosenId: string | null; readonly seesPeople: boolean },
): Promise<Routes> {
  const busy = couriers.filter(({ holds, to_load: toLoad }) => holds + toLoad > 0);
  const drawn = [...busy.slice(0, ROUTES_MAX), ...couriers.filter(({ id }) => id === chosenId)];
  const routes = new Map<string, readonly StopAhead[]>();
  for (const { id, merchant_id: merchantId, mode } of new Set(drawn)) {
    const uuid = uuidOfWireId('courier', id);
    if (uuid === null) continue;
    const route = (await parts.work.route({ merchantId, mode }, uuid))?.stops ?? [];
    routes.set(id, await stopsAhead(parts, uuid, route, seesPeople));
  }
  return routes;
}

/** When parcels arrive, by shipment. */
export type Arrivals = ReadonlyMap<string, Arrival>;

/**
 * When parcels arrive: as predicted from the route once their courier is under way, until then as
 * planned. Parcels without either are left out.
 */
export async function arrivalsOf(
  deliveries: FleetParts['deliveries'],
  ids: readonly string[],
): Promise<Arrivals> {
  const [shipments, open] = await Promise.all([
    shipmentsByIds(deliveries.db.pipeline, ids),
    openDeliveriesAmong(deliveries, ids),
  ]);
  const planned = [...open].flatMap(([id, { arrival }]): [string, Arrival][] =>
    arrival === null ? [] : [[id, arrival]],
  );
  const predicted = shipments.flatMap((each): [string, Arrival][] => {
    const window = predictedWindow(each);
    return window === null ? [] : [[each.id, window]];
  });
  return new Map([...planned, ...predicted]);
}

/** The hours of the hub's own prediction; null: it knows only the day. */
function predictedWindow(shipment: Shipment): Arrival | null {
  const { from = null, to = null } = shownEstimate(shipment) ?? {};
  const zone = shipment.destinationZone ?? 'UTC';
  if (!(from?.includes('T') && to?.includes('T'))) return null;
  const [fromMs, toMs] = [from, to].map((local) => DateTime.fromISO(local, { zone }).toMillis());
  if (fromMs === undefined || toMs === undefined) return null;
  return { fromMs, toMs, atMs: (fromMs + toMs) / 2 };
}

/** The parcels that are brought to these stops. Pure. */
export const parcelsAt = (stops: readonly StopAhead[]): readonly string[] =>
  stops.flatMap(({ parcels }) => parcels.map(({ shipmentId }) => shipmentId));

/** When a courier arrives at a stop. Pure. */
export function arrivalAt({ parcels }: StopAhead, arrivals: Arrivals): Arrival | undefined {
  return parcels.flatMap(({ shipmentId }) => arrivals.get(shipmentId) ?? [])[0];
}

function addressOf({ parcels }: RouteStop, seesPeople: boolean): string | null {
  const { lines = [], postalCode = null, city = null } = parcels[0]?.address ?? {};
  const street = seesPeople ? lines.join(', ') : '';
  // An address given as one text has its town already.
  const town = [postalCode, city].filter((part) => part && !street.includes(part)).join(' ');
  return [street, town].filter(Boolean).join(', ') || null;
}

/**
 * Draws the stops ahead of a courier on a map. Pure.
 * @param of the courier's id on the map.
 * @param more.route the colour, where several couriers' routes are drawn.
 */
export function routeOnMap(
  stops: readonly StopAhead[],
  of: string,
  { from, route, streets }: RouteOptions,
): Required<Pick<MapData, 'items' | 'lines'>> {
  const way = visitsOf(stops).flatMap((visit): MapStop[] => {
    const { id, number, place, of } = visit;
    if (place === null) return [];
    const [kind, name] =
      'parcels' in visit
        ? (['stop', streetOf(visit.address ?? '')] as const)
        : (['pickup', visit.name] as const);
    const { lat, lng } = place;
    const more = {
      ...(name ? { name } : {}),
      ...(of ? { of } : {}),
      ...(route === undefined ? {} : { route }),
    };
    return [{ id, kind, number, lat, lng, ...more }];
  });
  const line = route === undefined ? ({ kind: 'left', of } as const) : lineOf(of, route);
  const { items, lines } = stopsInOrder(way, { from, line });
  return { items, lines: lines.map((each) => alongStreets(each, streets)) };
}

interface RouteOptions {
  readonly from: Position | null;
  readonly route?: number | undefined;
  readonly streets: StreetLines;
}

/** The line of one of several couriers' routes, without its points. Pure. */
const lineOf = (of: string, route: number) => ({ kind: 'route', of, route }) as const;

/** The colours of couriers' routes: the same on each page with the same couriers. Pure. */
export function routeColours(ids: readonly string[]): ReadonlyMap<string, number> {
  return new Map(ids.toSorted().map((id, index) => [id, index % ROUTE_COLOURS]));
}
