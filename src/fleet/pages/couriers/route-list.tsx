import { useDates } from '../../../http/console/kit/dates.ts';
import { ErrorMessage, PostForm } from '../../../http/console/kit/fields.tsx';
import { useMessages } from '../../../http/console/kit/language.ts';
import { PageMap } from '../../../http/console/kit/map-frame.tsx';
import { Empty, ShipmentLink, Tag } from '../../../http/console/kit/pieces.tsx';
import type { MapAssets } from '../../../http/maps/map-assets.ts';
import { initialsOf, type MapData } from '../../../http/maps/map-data.ts';
import type { Problem } from '../../../kernel/errors.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { Courier, RouteStop } from '../../couriers/index.ts';
import type { CourierPlace } from '../../positions/index.ts';
import {
  type Arrivals,
  arrivalAt,
  routeOnMap,
  type StopAhead,
  visitsOf,
} from '../courier-map/stops-ahead.ts';
import type { StreetLines } from '../courier-map/street-lines.ts';
import { PickupRow, VisitButton } from '../courier-map/visit-row.tsx';
import { EtaText, etasOf } from '../etas.tsx';
import { MarkLegend } from '../map-marks.tsx';

/** A courier's route, as its page shows it. */
export interface ShownRoute {
  readonly stops: readonly RouteStop[];
  readonly ahead: readonly StopAhead[];
  /** When its parcels arrive, as their recipients see it, by shipment; absent: not known. */
  readonly arrivals: Arrivals;
  /** Where the courier is; null: not known, or nobody's business off shift. */
  readonly place: CourierPlace | null;
  /** Why the order that was just sent was refused; null: it was not. */
  readonly refused: Problem | null;
}

interface Props {
  readonly route: ShownRoute;
  readonly streets: StreetLines;
  readonly courier: Courier;
  /** The courier's name, as the reader may know it. */
  readonly name: string;
  readonly path: string;
  readonly map: MapAssets;
  readonly nowMs: number;
  readonly mayDecide: boolean;
}

/** The stops of a route in their order beside a map of them; a dispatcher changes the order. */
export function RouteList(props: Props) {
  const { route, path, mayDecide } = props;
  const { couriers } = useMessages();
  const words = couriers.route;
  const data = toMapData(props);
  const aheadIds = new Set(route.ahead.map(({ stopId }) => stopId));
  const done = route.stops.filter(({ id }) => !aheadIds.has(id));
  if (route.ahead.length === 0) {
    if (done.length > 0) return <DoneStops stops={done} isAll />;
    return (
      <Empty>
        {words.none} <a href="/console/deliveries">{words.assign}</a>
      </Empty>
    );
  }
  const order = route.ahead.map(({ stopId }) => stopId);
  const etas = etasOf(route.ahead.map((stop) => arrivalAt(stop, route.arrivals)));
  const list = (
    <ol class="route" id="route" data-sortable={mayDecide ? '' : undefined}>
      {visitsOf(route.ahead).map((visit) => {
        if (!('parcels' in visit)) return <PickupRow key={visit.id} {...visit} />;
        const index = route.ahead.indexOf(visit);
        return <Stop key={visit.id} {...props} {...{ stop: visit, index }} etaMs={etas[index]} />;
      })}
    </ol>
  );
  return (
    <>
      {done.length > 0 && <DoneStops stops={done} />}
      {route.refused && <ErrorMessage text={route.refused.detail} />}
      <div class={data.items.length > 0 ? 'live-map route-map' : undefined}>
        {data.items.length > 0 && (
          <section class="map-side" aria-label={words.map}>
            <PageMap map={props.map} label={words.mapLabel} data={data} />
            <MarkLegend data={data} />
          </section>
        )}
        <div class="map-list">
          {mayDecide ? (
            <PostForm to={`${path}/route`}>
              <input type="hidden" name="order" value={order.join(',')} />
              {list}
            </PostForm>
          ) : (
            list
          )}
        </div>
      </div>
    </>
  );
}

/** The parcels of finished stops, in the order of the route. @param isAll nothing is left to do. */
function DoneStops({
  stops,
  isAll = false,
}: {
  readonly stops: readonly RouteStop[];
  readonly isAll?: boolean;
}) {
  const { couriers, status: names } = useMessages();
  const words = couriers.route;
  const count = stops.length;
  return (
    <details open={isAll}>
      <summary>{isAll ? words.allDone({ count }) : words.done({ count })}</summary>
      <ul>
        {stops
          .flatMap(({ parcels }) => parcels)
          .map(({ shipmentId, trackingNumber, status }) => (
            <li key={shipmentId}>
              <ShipmentLink id={shipmentId} number={trackingNumber} /> {names.short[status]}
            </li>
          ))}
      </ul>
    </details>
  );
}

function Stop({
  route,
  stop,
  index,
  etaMs,
  nowMs,
  mayDecide,
}: Props & {
  readonly stop: StopAhead;
  readonly index: number;
  readonly etaMs: number | undefined;
}) {
  const { console: hub, couriers: own, dispatch } = useMessages();
  const { couriers } = hub;
  const words = own.route;
  const { span } = useDates(nowMs);
  const { id, stopId, number, address, parcels } = stop;
  const { window, locked } = route.stops.find((each) => each.id === stopId) ?? {};
  const isLate =
    window && Math.max(arrivalAt(stop, route.arrivals)?.atMs ?? 0, nowMs) > window.toMs;
  const neighbours = { up: route.ahead[index - 1], down: route.ahead[index + 1] };
  const isLocked = (each: StopAhead | undefined) =>
    route.stops.some((one) => one.locked && one.id === each?.stopId);
  return (
    <li id={`li-${stopId}`} data-map-item={id} data-stop={stopId} draggable={mayDecide && !locked}>
      <VisitButton {...stop} />
      <div>
        <b>{address ?? '–'}</b>
        {(etaMs !== undefined || window || locked) && (
          <p>
            <EtaText {...{ etaMs, nowMs }} />{' '}
            {window && (
              <span class="soft">
                {words.promised({ hours: span(iso(window.fromMs), iso(window.toMs)) })}
              </span>
            )}{' '}
            {isLate && <Tag tone="bad">{dispatch.board.late}</Tag>}{' '}
            {locked && <Tag>{words.locked}</Tag>}
          </p>
        )}
        <p class="soft">
          {parcels.map(({ shipmentId, trackingNumber, state }) => (
            <span key={shipmentId}>
              <ShipmentLink id={shipmentId} number={trackingNumber} />{' '}
              {couriers.parcelStates[state]}
            </span>
          ))}
        </p>
      </div>
      {mayDecide && route.ahead.length > 1 && (
        <span class="moves">
          {(['up', 'down'] as const).map((way) => (
            <button
              key={way}
              id={`${way}-${stopId}`}
              type="submit"
              name={way}
              value={stopId}
              aria-label={words[way]({ number })}
              disabled={!neighbours[way] || locked || isLocked(neighbours[way])}
            >
              {way === 'up' ? '↑' : '↓'}
            </button>
          ))}
        </span>
      )}
    </li>
  );
}

/** What the map draws; nothing where no place is known. */
function toMapData({ route, courier, name, streets }: Props): MapData {
  const { position } = route.place ?? {};
  const from = position ? ([position.lng, position.lat] as const) : null;
  const way = routeOnMap(route.ahead, courier.id, { from, route: 0, streets });
  if (position === undefined) return way;
  const { lat, lng, heading = null, atMs } = position;
  const number = initialsOf(name);
  const here = { id: courier.id, kind: 'courier', name, number, tone: 'good', at: atMs } as const;
  return { ...way, items: [{ ...here, route: 0, lat, lng, heading }, ...way.items] };
}
