import type { MapData, MapItem } from '../map-data.ts';

/** Features in GeoJSON (RFC 7946). */
interface FeatureCollection {
  readonly type: 'FeatureCollection';
  readonly features: Feature[];
}

interface Feature {
  readonly type: 'Feature';
  readonly geometry:
    | { readonly type: 'Point'; readonly coordinates: Point }
    | { readonly type: 'LineString'; readonly coordinates: Point[] }
    | { readonly type: 'Polygon'; readonly coordinates: Point[][] };
  readonly properties: Readonly<Record<string, unknown>>;
}

type Point = [lng: number, lat: number];

/** Sources of what a page draws, by name. */
export interface Shapes {
  readonly areas: FeatureCollection;
  readonly lines: FeatureCollection;
  /** Couriers: many, so that close ones are drawn as one when zoomed out. */
  readonly crowd: FeatureCollection;
  /** Pickups of their own: many are at the same place, and drawn as one with their count. */
  readonly pickups: FeatureCollection;
  readonly stops: FeatureCollection;
  readonly selected: FeatureCollection;
  /** What is pointed at, in a list or on the map. */
  readonly pointed: FeatureCollection;
}

/**
 * The item that is pointed at, and its details. Pure.
 * @param named the ids of those whose names are drawn already.
 */
export function pointedAt(
  { items }: MapData,
  pointed: string | null,
  named: readonly unknown[],
): FeatureCollection {
  const shown = items.filter(({ id, of }) => pointed !== null && [id, of].includes(pointed));
  return collectionOf(
    shown.map((item) => toPoint(named.includes(item.id) ? { ...item, name: '' } : item, false)),
  );
}

/** Turns what a page draws into the sources of a map. Pure. */
export function shapesOf(data: MapData, selected: string | null): Shapes {
  const { items, lines = [], areas = [] } = data;
  const isCourier = ({ kind }: MapItem) => kind === 'courier';
  // A detail of another item is never counted among others.
  const isPickup = ({ kind, of }: MapItem) => kind === 'pickup' && of === undefined;
  const one = items.find(({ id }) => id === selected);
  const chosen = [selected, one?.of];
  // Others' routes step back behind the one of the selected courier or stop.
  const isFaint = ({ route }: Pick<MapItem, 'route'>) =>
    one?.route !== undefined && route !== undefined && route !== one.route;
  // The name of what is selected is drawn by a layer of its own.
  const pointOf = (item: MapItem) =>
    toPoint(chosen.includes(item.id) ? { ...item, name: '' } : item, isFaint(item));
  return {
    areas: collectionOf(
      areas.map((ring) => featureOf({ type: 'Polygon', coordinates: [mutablePoints(ring)] })),
    ),
    lines: collectionOf(
      lines.map((line) => {
        const { kind, points, route = -1, isStraight = false } = line;
        const properties = { kind, route, isStraight, isFaint: isFaint(line) };
        return featureOf({ type: 'LineString', coordinates: mutablePoints(points) }, properties);
      }),
    ),
    crowd: collectionOf(items.filter(isCourier).map(pointOf)),
    pickups: collectionOf(items.filter(isPickup).map(pointOf)),
    pointed: collectionOf([]),
    stops: collectionOf(items.filter((each) => !isCourier(each) && !isPickup(each)).map(pointOf)),
    selected: collectionOf(
      items.filter(({ id }) => chosen.includes(id)).map((item) => toPoint(item, false)),
    ),
  };
}

function mutablePoints(points: readonly (readonly [number, number])[]): Point[] {
  return points.map(([lng, lat]) => [lng, lat]);
}

function collectionOf(features: Feature[]): FeatureCollection {
  return { type: 'FeatureCollection', features };
}

function featureOf(geometry: Feature['geometry'], properties: Feature['properties'] = {}): Feature {
  return { type: 'Feature', geometry, properties };
}

/** Shapes differ as well as colours: a square is bad, a diamond a warning. */
const ICONS = { good: 'dot', soft: 'dot', warn: 'diamond', bad: 'square' } as const;

function iconOf({ kind, tone }: MapItem, isMoving: boolean): string {
  if (kind === 'door') return 'door';
  if (kind === 'pickup') return 'pickup';
  return isMoving ? 'arrow' : ICONS[tone ?? 'good'];
}

function toPoint(item: MapItem, isFaint: boolean): Feature {
  const { id, kind, lat, lng, name = '', tone, number, heading, around = 0, route } = item;
  const isMoving = kind === 'courier' && tone === 'good' && typeof heading === 'number';
  const icon = iconOf(item, isMoving);
  // A courier who needs attention has the colour of that.
  const isOfRoute = route !== undefined && (tone === undefined || tone === 'good');
  const colour = isOfRoute ? `route-${route}` : (tone ?? 'plain');
  const properties = {
    ...{ id, kind, name, around, isFaint, icon: `waybill-${icon}-${colour}` },
    bad: tone === 'bad' ? 1 : 0,
    heading: isMoving ? heading : 0,
    ...(number === undefined ? {} : { number: String(number) }),
  };
  return featureOf({ type: 'Point', coordinates: [lng, lat] }, properties);
}
