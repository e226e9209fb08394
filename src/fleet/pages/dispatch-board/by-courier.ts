import type { MapItem, MapLine, Position } from '../../../http/maps/map-data.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import type { BoardDelivery } from '../../deliveries/index.ts';
import { type MapCourier, placeOf } from '../courier-map/map-state.ts';
import { lineOf, routeColours } from '../courier-map/stops-ahead.ts';
import { alongStreets, type StreetLines } from '../courier-map/street-lines.ts';
import { idOf } from './delivery-texts.ts';

/** Couriers' deliveries under way. */
export interface ByCourier {
  /** Those of each courier on shift, the next arrival first. */
  readonly of: ReadonlyMap<string, readonly BoardDelivery[]>;
  /** Those whose courier is not on shift. */
  readonly away: readonly BoardDelivery[];
  /** The colours of couriers who have deliveries. */
  readonly colours: ReadonlyMap<string, number>;
}

/** Pure. */
export function groupByCourier(
  deliveries: readonly BoardDelivery[],
  couriers: readonly MapCourier[],
): ByCourier {
  const of = new Map(couriers.map(({ id }): [string, BoardDelivery[]] => [id, []]));
  const underWay = deliveries
    .filter(({ row }) => row.state !== 'open')
    .toSorted((a, b) => arrivalOf(a) - arrivalOf(b));
  const away = underWay.filter((each) => !of.get(courierIdOf(each))?.push(each));
  const busy = [...of].flatMap(([id, theirs]) => (theirs.length > 0 ? [id] : []));
  return { of, away, colours: routeColours(busy) };
}

/** Public id of the courier who has a delivery. */
const courierIdOf = ({ row }: BoardDelivery) => wireId('courier', row.courierId ?? '');

/** Those without an expected arrival come last. */
function arrivalOf({ row }: BoardDelivery): number {
  return row.state === 'assigned' ? (row.arrivalAtMs ?? Number.MAX_VALUE) : Number.MAX_VALUE;
}

/** What is written in the marks of a delivery, and the colour of its route. */
export type Marking = Pick<MapItem, 'number' | 'route'>;

/** The markings of deliveries, by public id. Pure. */
export function markingsOf({ of, colours }: ByCourier): ReadonlyMap<string, Marking> {
  const markings = [...of].flatMap(([id, theirs]) => {
    const route = colours.get(id) ?? 0;
    return theirs.map((each, index): [string, Marking] => [
      idOf(each),
      { number: index + 1, route },
    ]);
  });
  return new Map(markings);
}

/** Lines from each courier by the pickups still to make to the doors, in order. Pure. */
export function routeLines(
  byCourier: ByCourier,
  couriers: readonly MapCourier[],
  streets: StreetLines,
): MapLine[] {
  return couriers.flatMap((courier): MapLine[] => {
    const route = byCourier.colours.get(courier.id);
    if (route === undefined) return [];
    const stops = (byCourier.of.get(courier.id) ?? []).flatMap(({ phase, origin, destination }) =>
      phase === 'assigned' ? [origin, destination] : [destination],
    );
    const points = stops.map(({ lat, lng }): Position => [lng, lat]);
    const from = placeOf(courier);
    const line = { ...lineOf(courier.id, route), points: from ? [from, ...points] : points };
    return [alongStreets(line, streets)];
  });
}
