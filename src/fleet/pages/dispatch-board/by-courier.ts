import { wireId } from '../../../kernel/wire/wire-ids.ts';
import type { BoardDelivery } from '../../deliveries/index.ts';
import type { MapCourier } from '../courier-map/map-state.ts';
import { type Routes, routeColours, type StopAhead } from '../courier-map/stops-ahead.ts';

/** Couriers' deliveries under way. */
export interface ByCourier {
  /** Those of each courier on shift, in the order of the route. */
  readonly of: ReadonlyMap<string, readonly BoardDelivery[]>;
  /** Those whose courier is not on shift. */
  readonly away: readonly BoardDelivery[];
  /** The colours of couriers whose routes are drawn. */
  readonly colours: ReadonlyMap<string, number>;
  /** Where deliveries are handed over, by shipment. */
  readonly stops: ReadonlyMap<string, StopAhead>;
}

/** Pure. */
export function groupByCourier(
  deliveries: readonly BoardDelivery[],
  couriers: readonly MapCourier[],
  routes: Routes,
): ByCourier {
  const stops = new Map(
    [...routes.values()]
      .flat()
      .flatMap((stop) =>
        stop.parcels.map(({ shipmentId }): [string, StopAhead] => [shipmentId, stop]),
      ),
  );
  const placeOf = ({ row }: BoardDelivery) => stops.get(row.shipmentId)?.number ?? Number.MAX_VALUE;
  const of = new Map(couriers.map(({ id }): [string, BoardDelivery[]] => [id, []]));
  const underWay = deliveries
    .filter(({ row }) => row.state !== 'open')
    .toSorted((a, b) => placeOf(a) - placeOf(b) || arrivalOf(a) - arrivalOf(b));
  const away = underWay.filter((each) => !of.get(courierIdOf(each))?.push(each));
  return { of, away, stops, colours: routeColours([...routes.keys()]) };
}

/** Public id of the courier who has a delivery. */
const courierIdOf = ({ row }: BoardDelivery) => wireId('courier', row.courierId ?? '');

/** Those without an expected arrival come last. */
function arrivalOf({ row }: BoardDelivery): number {
  return row.state === 'assigned' ? (row.arrivalAtMs ?? Number.MAX_VALUE) : Number.MAX_VALUE;
}
