import { DateTime } from 'luxon';
import { type MapStop, stopsInOrder } from '../../../http/console/kit/map-frame.tsx';
import { type MapData, type Position, ROUTE_COLOURS } from '../../../http/maps/map-data.ts';
import type { LatLng } from '../../../kernel/places/distance.ts';
import { placesOf, shownEstimate } from '../../../tracking/ports/predictions.ts';
import { type Shipment, shipmentsByIds } from '../../../tracking/ports/shipments.ts';
import type { FleetParts } from '../../api/fleet-parts.ts';
import type { RouteParcel, RouteStop } from '../../couriers/index.ts';
import { type Arrival, arrivalWindowsOf, waysOf } from '../../deliveries/index.ts';
import { alongStreets, type StreetLines } from './street-lines.ts';

/** A stop that a courier has still to make. */
export interface StopAhead {
  /** Its id on the map. */
  readonly id: string;
  /** Its place among the stops that are left, from 1. */
  readonly number: number;
  /** In one line, as exactly as the reader may know it; null: unknown. */
  readonly address: string | null;
  /** Null: unknown, or hidden from the reader. */
  readonly place: LatLng | null;
  /** Where its parcels are to be fetched first; null: they are loaded, or it is unknown. */
  readonly pickup: LatLng | null;
  readonly parcels: readonly RouteParcel[];
}

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
  return left.map((stop, index): StopAhead => {
    const { parcels } = stop;
    const first = <T>(of: readonly RouteParcel[], find: (shipmentId: string) => T | undefined) =>
      of.flatMap(({ shipmentId }) => find(shipmentId) ?? [])[0] ?? null;
    const toLoad = parcels.filter(({ state }) => state === 'to_load');
    return {
      ...{ id: `stop-${stop.id}`, number: index + 1, parcels },
      address: addressOf(stop, seesPeople),
      place: seesPeople ? first(parcels, (id) => doors.get(id) ?? ways.get(id)?.destination) : null,
      pickup: first(toLoad, (id) => ways.get(id)?.origin),
    };
  });
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
  const [shipments, planned] = await Promise.all([
    shipmentsByIds(deliveries.db.pipeline, ids),
    arrivalWindowsOf(deliveries, ids),
  ]);
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

/** A map has room for the street alone; a first part without a word is the number of the house. */
export const streetOf = (address: string) => /^[^,]*\p{L}[^,]*/u.exec(address)?.[0] ?? address;

/**
 * Draws the stops ahead of a courier on a map, each pickup before the first stop that needs it.
 * Pure.
 * @param of the courier's id on the map.
 * @param more.route the colour, where several couriers' routes are drawn.
 */
export function routeOnMap(
  stops: readonly StopAhead[],
  of: string,
  { from, route, streets }: RouteOptions,
): Required<Pick<MapData, 'items' | 'lines'>> {
  const fetched = new Set<string>();
  const coloured = route === undefined ? {} : { route };
  const placeKey = (place: LatLng | null) => place && `${place.lat} ${place.lng}`;
  const way = stops.flatMap(({ id, number, address, place, pickup }): MapStop[] => {
    const at = placeKey(pickup);
    const isNew = at !== null && !fetched.has(at);
    if (at !== null) fetched.add(at);
    const last = stops.findLast((each) => placeKey(each.pickup) === at)?.number ?? number;
    return [
      ...(pickup && isNew
        ? [
            {
              ...coordinatesOf(pickup),
              id: `pickup-${at}`,
              kind: 'pickup',
              number: last === number ? number : `${number}–${last}`,
              of,
              ...coloured,
            } as const,
          ]
        : []),
      ...(place
        ? [
            {
              ...coordinatesOf(place),
              id,
              kind: 'stop',
              number,
              name: streetOf(address ?? ''),
              of,
              ...coloured,
            } as const,
          ]
        : []),
    ];
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
export const lineOf = (of: string, route: number) => ({ kind: 'route', of, route }) as const;

/** The colours of couriers' routes: the same on each page with the same couriers. Pure. */
export function routeColours(ids: readonly string[]): ReadonlyMap<string, number> {
  return new Map(ids.toSorted().map((id, index) => [id, index % ROUTE_COLOURS]));
}

const coordinatesOf = ({ lat, lng }: LatLng) => ({ lat, lng });
