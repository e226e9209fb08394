import { createHash } from 'node:crypto';
import { FilterMenu } from '../../../http/console/kit/choices.tsx';
import { useMessages } from '../../../http/console/kit/language.ts';
import { PageMap } from '../../../http/console/kit/map-frame.tsx';
import { Empty, Instant, ShipmentLink, Table, Tag } from '../../../http/console/kit/pieces.tsx';
import type { DeskCall, DeskPageProps } from '../../../http/console/kit/visit.ts';
import { ofWhose, TestTag, whoseOf } from '../../../http/console/kit/whose.tsx';
import { watchedTenant } from '../../../http/console/shipments/live-rows.tsx';
import type { MapData } from '../../../http/maps/map-data.ts';
import { capitalized } from '../../../kernel/capitalized.ts';
import { CourierState, LocationTag } from '../courier-state.tsx';
import { DeliveriesPage, NoCouriers } from '../deliveries-page.tsx';
import { EtaText, etasOf } from '../etas.tsx';
import { courierTone, MarkLegend } from '../map-marks.tsx';
import { RouteColour } from '../route-colour.tsx';
import { courierItem, type MapCourier, placeOf } from './map-state.ts';
import { hasTenantsLeft } from './map-stream.ts';
import {
  type Arrivals,
  arrivalAt,
  routeColours,
  routeOnMap,
  type StopAhead,
} from './stops-ahead.ts';
import type { StreetLines } from './street-lines.ts';

/** The path of the page where dispatchers see all couriers on shift. */
const AT = '/console/deliveries/map';
/** The path of the event stream for the page's script. */
const LIVE_AT = `${AT}/live`;

/** The rows of a page; the next page has the rest, and the map has all. */
const ROWS = 100;

export interface MapPageProps extends DeskPageProps {
  /** The couriers, those who need attention first. */
  readonly couriers: readonly MapCourier[];
  /** Whether there are any, on shift or not. */
  readonly hasCouriers: boolean;
  readonly facilities: readonly string[];
  /** The merchants' names by merchant id. */
  readonly merchants: ReadonlyMap<string, string>;
  readonly chosen: ChosenCourier | null;
  /** What couriers have still to do, in order, by courier; others' routes are not drawn. */
  readonly routes: ReadonlyMap<string, readonly StopAhead[]>;
  readonly streets: StreetLines;
  /** When the parcels of the selected courier arrive. */
  readonly arrivals: Arrivals;
  /** The filter as given in the query. */
  readonly filter: {
    readonly merchant: string;
    readonly facility: string;
    readonly page: number;
  };
}

export interface ChosenCourier {
  readonly id: string;
  /** The points of the trail as longitude and latitude, oldest first. */
  readonly trail: readonly (readonly [number, number])[];
}

export function MapPage(props: MapPageProps) {
  const { deps, call, couriers, filter, chosen } = props;
  const words = useMessages().console.courierMap;
  const { page } = filter;
  const rows = couriers.slice((page - 1) * ROWS, page * ROWS);
  const silent = couriers.filter(({ silent_since: since }) => since !== null).length;
  const paused = couriers.filter(({ is_paused: isPaused }) => isPaused).length;
  const found = couriers.find(({ id }) => id === chosen?.id);
  const data = toMapData(props);
  return (
    <DeliveriesPage
      {...{ deps, call, title: words.title, at: AT }}
      {...(props.hasCouriers ? {} : { mainAction: null })}
      summary={
        <>
          {words.summary({ count: couriers.length, paused, silent })}
          {!hasTenantsLeft(countTenants(couriers)) && ` ${words.polled}`}
        </>
      }
      zones={couriers.map(({ time_zone: zone }) => zone)}
      hasMap
    >
      <Facilities {...props} />
      <div class="live-map">
        <section class="map-side" aria-label={words.title}>
          <PageMap map={deps.assets.map} label={words.mapLabel} data={data} isLive />
          <MarkLegend data={data} />
        </section>
        <div class="map-list">
          <div id="map-chosen" role="status">
            {found && <Chosen {...props} courier={found} />}
          </div>
          <div id="map-stops">
            {chosen && <Stops {...props} stops={props.routes.get(chosen.id) ?? []} />}
          </div>
          <div id="map-table">
            <Rows {...props} rows={rows} />
            <Pages call={call} filter={filter} count={couriers.length} />
          </div>
        </div>
      </div>
    </DeliveriesPage>
  );
}

/** The choice of a facility, where there are several. */
function Facilities({ call, facilities, filter }: MapPageProps) {
  const words = useMessages().console.courierMap;
  if (facilities.length === 0) return null;
  const choices = ['', ...facilities].map((each) => ({
    href: hrefOf(call, { ...filter, facility: each, page: 1 }, {}),
    name: each === '' ? words.all : each,
    current: each === filter.facility,
  }));
  return (
    <div class="chips">
      <FilterMenu
        summary={words.ofBuilding({ name: filter.facility || words.all })}
        label={words.building}
        choices={choices}
        isOn={filter.facility !== ''}
      />
    </div>
  );
}

function Rows({
  deps,
  call,
  hasCouriers,
  merchants,
  filter,
  chosen,
  rows,
  routes,
}: MapPageProps & { readonly rows: readonly MapCourier[] }) {
  const nowMs = deps.parts.clock.nowMs();
  const colours = routeColours([...routes.keys()]);
  const { console: hub, couriers } = useMessages();
  const words = hub.courierMap;
  const isOfAll = whoseOf(call) === null && merchants.size > 1;
  if (!hasCouriers) return <NoCouriers mayAdd={call.may('dispatch:decide')} />;
  if (rows.length === 0) {
    return (
      <Empty>
        {words.nobody} <a href="/console/deliveries/couriers">{couriers.shifts.acts.start}</a>
      </Empty>
    );
  }
  return (
    <Table label={words.couriers} head={[words.courier, words.state]}>
      {rows.map((courier) => (
        <tr
          key={courier.id}
          data-map-item={courier.id}
          aria-current={courier.id === chosen?.id ? 'true' : undefined}
        >
          <td class="wrap">
            <RouteColour of={colours.get(courier.id)} />
            <a
              href={hrefOf(call, filter, { courier: courier.id })}
              id={courier.id}
              data-map-item={courier.id}
            >
              <b>{courier.name}</b>
            </a>{' '}
            <TestTag mode={courier.mode} isMixed={whoseOf(call) === null} />
            <br />
            <span class="soft">
              {[
                isOfAll && merchants.get(courier.merchant_id),
                courier.facility,
                courier.holds + courier.to_load > 0 &&
                  words.load({ carried: courier.holds, toLoad: courier.to_load }),
              ]
                .filter(Boolean)
                .join(' · ')}
            </span>
          </td>
          <td>
            <LocationTag {...{ courier, nowMs }} /> <CourierState {...{ courier, nowMs }} />
            <br />
            <BatteryTag courier={courier} />
            <span class="soft">
              {courier.battery !== null && ' · '}
              <Instant at={courier.at} nowMs={nowMs} />
            </span>
          </td>
        </tr>
      ))}
    </Table>
  );
}

/** What a courier has still to do, in order; each stop has the number of its mark on the map. */
function Stops({
  deps,
  stops,
  arrivals,
  chosen,
  routes,
}: MapPageProps & { readonly stops: readonly StopAhead[] }) {
  const words = useMessages().console.courierMap;
  const nowMs = deps.parts.clock.nowMs();
  const etas = etasOf(stops.map((stop) => arrivalAt(stop, arrivals)));
  if (stops.length === 0) return null;
  return (
    <>
      <h2>{words.stopsAhead}</h2>
      <ol class={`map-stops route-${routeColours([...routes.keys()]).get(chosen?.id ?? '')}`}>
        {stops.map(({ id, number, address, place, pickup, parcels }, index) => (
          <li key={id} data-map-item={id}>
            <button type="button" data-map-item={id} aria-label={words.showStop({ number })}>
              {number}
            </button>
            <span>
              {address ?? '–'}
              <br />
              <EtaText etaMs={etas[index]} nowMs={nowMs} />{' '}
              <span class="soft">
                {parcels.map(({ shipmentId, trackingNumber }) => (
                  <ShipmentLink key={shipmentId} id={shipmentId} number={trackingNumber} />
                ))}{' '}
                {pickup && words.toFetch} {place === null && words.placeUnknown}
              </span>
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}

/** What the row of the selected courier does not say. */
function Chosen({ courier, chosen }: MapPageProps & { readonly courier: MapCourier }) {
  const words = useMessages().console.courierMap;
  return (
    <>
      <h2>{courier.name}</h2>
      <p>{chosen?.trail.length === 0 ? words.noTrail : words.trail}</p>
      <p>
        <a href={`/console/deliveries/couriers/${courier.id}`}>{words.parcelsAndPhone}</a>
      </p>
    </>
  );
}

function Pages({
  call,
  filter,
  count,
}: {
  readonly call: DeskCall;
  readonly filter: MapPageProps['filter'];
  readonly count: number;
}) {
  const words = useMessages().console.courierMap;
  const last = Math.max(1, Math.ceil(count / ROWS));
  if (last === 1) return null;
  return (
    <p class="map-pages">
      {filter.page > 1 && (
        <a href={hrefOf(call, filter, { page: filter.page - 1 })}>{words.earlier}</a>
      )}{' '}
      {words.pageOf({ page: filter.page, last })}{' '}
      {filter.page < last && (
        <a href={hrefOf(call, filter, { page: filter.page + 1 })}>{words.more}</a>
      )}
    </p>
  );
}

function hrefOf(
  call: DeskCall,
  { merchant, facility, page }: MapPageProps['filter'],
  more: { readonly courier?: string; readonly page?: number },
): string {
  const query = new URLSearchParams(ofWhose(call));
  if (merchant !== '') query.set('merchant', merchant);
  if (facility !== '') query.set('facility', facility);
  const wanted = more.page ?? page;
  if (wanted > 1) query.set('page', String(wanted));
  if (more.courier !== undefined) query.set('courier', more.courier);
  const text = query.toString();
  return text === '' ? AT : `${AT}?${text}`;
}

function BatteryTag({
  courier: { battery, battery_low: isLow },
}: {
  readonly courier: MapCourier;
}) {
  const words = useMessages().console.courierMap;
  if (battery === null) return null;
  const percent = Math.round(battery);
  if (!isLow) return <span class="soft">{capitalized(words.battery({ battery: percent }))}</span>;
  return <Tag tone="warn">{words.low({ battery: percent })}</Tag>;
}

/**
 * The page's data for the map's script; it contains only what the page shows of a courier anyway.
 */
function toMapData({ call, couriers, chosen, routes, filter, streets }: MapPageProps): MapData {
  const colours = routeColours([...routes.keys()]);
  const ways = couriers.flatMap((courier) => {
    const stops = routes.get(courier.id);
    const more = { from: placeOf(courier), route: colours.get(courier.id), streets };
    return stops ? [routeOnMap(stops, courier.id, more)] : [];
  });
  const trail = chosen && ({ kind: 'trail', of: chosen.id, points: chosen.trail } as const);
  return {
    items: [
      ...ways.flatMap(({ items }) => items),
      ...couriers.flatMap((each) => courierItem(each, courierTone(each), colours.get(each.id))),
    ],
    lines: [...(trail ? [trail] : []), ...ways.flatMap(({ lines }) => lines)],
    chosen: chosen?.id ?? null,
    live: liveUrlOf(call, filter, couriers),
  };
}

function countTenants(couriers: readonly MapCourier[]): number {
  return new Set(couriers.map(({ merchant_id: id, mode }) => `${id} ${mode}`)).size;
}

/**
 * The URL of the stream for this map's couriers; null: the script polls. It changes when other
 * couriers appear on the map, so that the script reconnects for these.
 */
function liveUrlOf(
  call: DeskCall,
  { merchant, facility }: MapPageProps['filter'],
  couriers: readonly MapCourier[],
): string | null {
  if (!hasTenantsLeft(countTenants(couriers))) return null;
  const shown = couriers.map(({ id }) => id).sort();
  const ids = createHash('sha256').update(shown.join()).digest('base64url').slice(0, 12);
  const tenant = whoseOf(call);
  const whose = tenant === null ? ofWhose(call) : { whose: watchedTenant(tenant) };
  const query = new URLSearchParams({ ids, ...whose });
  if (merchant !== '') query.set('merchant', merchant);
  if (facility !== '') query.set('facility', facility);
  return `${LIVE_AT}?${query.toString()}`;
}
