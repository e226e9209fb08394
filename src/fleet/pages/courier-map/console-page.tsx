import { createHash } from 'node:crypto';
import { FilterMenu } from '../../../http/console/kit/choices.tsx';
import { useMessages } from '../../../http/console/kit/language.ts';
import { PageMap } from '../../../http/console/kit/map-frame.tsx';
import { Empty, Instant, ShipmentLink, Table } from '../../../http/console/kit/pieces.tsx';
import type { DeskCall, DeskPageProps } from '../../../http/console/kit/visit.ts';
import { ofWhose, TestTag, whoseOf } from '../../../http/console/kit/whose.tsx';
import { watchedTenant } from '../../../http/console/shipments/live-rows.tsx';
import type { MapData } from '../../../http/maps/map-data.ts';
import { capitalized } from '../../../kernel/capitalized.ts';
import { AttentionTag, CourierState } from '../courier-state.tsx';
import { DeliveriesPage, NoCouriers } from '../deliveries-page.tsx';
import { ChosenDelivery } from '../dispatch-board/board.tsx';
import { boardVersion } from '../dispatch-board/board-updates.ts';
import { WaitingCards, withCandidates } from '../dispatch-board/columns.tsx';
import { MAP_AT } from '../dispatch-board/console-pages.tsx';
import { streetOf } from '../dispatch-board/delivery-texts.ts';
import type { BoardProps } from '../dispatch-board/sight.ts';
import { EtaText, etasOf, pickupEtaOf } from '../etas.tsx';
import { courierTone, MarkLegend } from '../map-marks.tsx';
import { RouteColour } from '../route-colour.tsx';
import { dispatchMap } from './dispatch-map.ts';
import type { MapCourier } from './map-state.ts';
import { hasTenantsLeft } from './map-stream.ts';
import { arrivalAt, routeColours, type StopAhead, visitsOf } from './stops-ahead.ts';
import { PickupRow, PickupText, VisitButton } from './visit-row.tsx';

/** The rows of a page; the next page has the rest, and the map has all. */
const ROWS = 100;

export interface MapPageProps extends DeskPageProps, BoardProps {
  readonly facilities: readonly string[];
  readonly chosen: ChosenCourier | null;
  /** The filter as given in the query. */
  readonly filter: {
    readonly merchant: string;
    readonly facility: string;
    readonly page: number;
  };
}

export interface ChosenCourier {
  readonly courier: MapCourier;
  /** The points of the trail as longitude and latitude, oldest first. */
  readonly trail: readonly (readonly [number, number])[];
}

export function MapPage(props: MapPageProps) {
  const { deps, call, couriers, filter, chosen } = props;
  const { console: hub, dispatch } = useMessages();
  const { courierMap: words } = hub;
  const { columns } = dispatch.board;
  const { page } = filter;
  const rows = couriers.slice((page - 1) * ROWS, page * ROWS);
  const silent = couriers.filter(({ silent_since: since }) => since !== null).length;
  const paused = couriers.filter(({ pause }) => pause !== null).length;
  const board = withCandidates(props);
  const data = toMapData(props);
  return (
    <DeliveriesPage
      {...{ deps, call, title: words.title, at: MAP_AT }}
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
            <ChosenDelivery {...props} />
            {chosen && <Chosen {...chosen.courier} />}
          </div>
          <div id="map-stops">
            {chosen && <Stops {...props} stops={props.routes.get(chosen.courier.id) ?? []} />}
          </div>
          <div id="map-table">
            {board.waiting.length > 0 && (
              <>
                <h2>
                  {columns.toAssign} <span class="soft">{props.board.figures.open}</span>
                </h2>
                <WaitingCards {...board} />
                <h2>{words.couriers}</h2>
              </>
            )}
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
  arrivals,
  board,
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
    <Table label={words.couriers} head={[words.courier, words.state]} stacks="bare">
      {rows.map((courier) => (
        <tr
          key={courier.id}
          data-map-item={courier.id}
          aria-current={courier.id === chosen?.courier.id ? 'true' : undefined}
        >
          <td class="wrap">
            <RouteColour of={colours.get(courier.id) ?? courierTone(courier)} />
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
            <NextStop
              {...{ board, nowMs, arrivals }}
              by={courier.vehicle}
              stop={routes.get(courier.id)?.[0]}
            />
          </td>
          <td>
            <AttentionTag {...{ courier, nowMs }} /> <CourierState {...{ courier, nowMs }} />
            <br />
            <span class="soft">
              {courier.battery !== null &&
                !courier.battery_low &&
                `${capitalized(words.battery({ battery: Math.round(courier.battery) }))} · `}
              <Instant at={courier.at} nowMs={nowMs} />
            </span>
          </td>
        </tr>
      ))}
    </Table>
  );
}

interface NextStopProps extends Pick<BoardProps, 'arrivals' | 'board'> {
  readonly stop: StopAhead | undefined;
  readonly by: MapCourier['vehicle'];
  readonly nowMs: number;
}

/** Where a courier fetches parcels or hands them over next, and when. */
function NextStop({ stop, by, arrivals, board, nowMs }: NextStopProps) {
  if (stop === undefined) return null;
  const { pickup, address, parcels } = stop;
  const etaMs = arrivalAt(stop, arrivals)?.atMs;
  const way = board.deliveries.find(({ row }) => row.shipmentId === parcels[0]?.shipmentId);
  const pickupMs = way && pickupEtaOf({ ...way, etaMs }, undefined, by);
  return (
    <p class="soft">
      <EtaText etaMs={pickup ? pickupMs : etaMs} nowMs={nowMs} />{' '}
      {pickup ? <PickupText {...pickup} /> : address && streetOf(address)}
    </p>
  );
}

/** What a courier has still to do, in order; each visit has the number of its mark on the map. */
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
  const route = routeColours([...routes.keys()]).get(chosen?.courier.id ?? '');
  return (
    <>
      <h2>{words.stopsAhead}</h2>
      <ol class={`map-stops route-${route}`}>
        {visitsOf(stops).map((visit) =>
          'parcels' in visit ? (
            <li key={visit.id} data-map-item={visit.id}>
              <VisitButton {...visit} />
              <span>
                {visit.address ?? '–'}
                <br />
                <EtaText etaMs={etas[stops.indexOf(visit)]} nowMs={nowMs} />{' '}
                <span class="soft">
                  {visit.parcels.map(({ shipmentId, trackingNumber }) => (
                    <ShipmentLink key={shipmentId} id={shipmentId} number={trackingNumber} />
                  ))}{' '}
                  {visit.place === null && words.placeUnknown}
                </span>
              </span>
            </li>
          ) : (
            <PickupRow key={visit.id} {...visit} />
          ),
        )}
      </ol>
    </>
  );
}

/** What the row of the selected courier does not say. */
function Chosen({ id, name }: MapCourier) {
  const words = useMessages().console.courierMap;
  return (
    <>
      <h2>{name}</h2>
      <p>
        <a href={`/console/deliveries/couriers/${id}`}>{words.parcelsAndPhone}</a>
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

export function hrefOf(
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
  return text === '' ? MAP_AT : `${MAP_AT}?${text}`;
}

function toMapData(props: MapPageProps): MapData {
  const { call, couriers, chosen, filter, sight, board } = props;
  const { lines, ...shown } = dispatchMap(props);
  const { courier, trail = [] } = chosen ?? {};
  return {
    ...shown,
    lines: [
      ...(courier ? [{ kind: 'trail', of: courier.id, points: trail } as const] : []),
      ...lines,
    ],
    live: liveUrlOf(call, filter, couriers),
    updates: { url: sight.liveAt, version: boardVersion(board) },
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
  return `${MAP_AT}/live?${query.toString()}`;
}
