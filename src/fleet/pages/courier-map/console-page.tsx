import { createHash } from 'node:crypto';
import { useMessages } from '../../../http/console/kit/language.ts';
import { DeskLayout } from '../../../http/console/kit/layout.tsx';
import { PageMap } from '../../../http/console/kit/map-frame.tsx';
import { Empty, Filled, Instant, Table, Tag } from '../../../http/console/kit/pieces.tsx';
import type { DeskCall, DeskDeps } from '../../../http/console/kit/visit.ts';
import { ofWhose, WhoseFilter, whoseOf } from '../../../http/console/kit/whose.tsx';
import { watchedTenant } from '../../../http/console/shipments/live-rows.tsx';
import type { MapData } from '../../../http/maps/map-data.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import { courierItem, type MapCourier } from './map-state.ts';
import { hasTenantsLeft } from './map-stream.ts';

/** The path of the page where dispatchers see all couriers on shift. */
const AT = '/console/deliveries/map';
/** The path of the event stream for the page's script. */
const LIVE_AT = `${AT}/live`;

/** The rows of a page; the next page has the rest, and the map has all. */
const ROWS = 100;

export interface MapPageProps {
  readonly deps: DeskDeps;
  readonly call: DeskCall;
  /** The couriers, those who need attention first. */
  readonly couriers: readonly MapCourier[];
  readonly facilities: readonly string[];
  /** The merchants' slugs by merchant id. */
  readonly merchants: ReadonlyMap<string, string>;
  readonly chosen: ChosenCourier | null;
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
  const found = couriers.find(({ id }) => id === chosen?.id);
  return (
    <DeskLayout
      deps={deps}
      visitor={call.visitor}
      title={words.title}
      at={AT}
      script={deps.assets.map.scriptUrl}
    >
      <h1>{words.title}</h1>
      <p class="lead" id="map-summary">
        {words.summary({ count: couriers.length, silent })}
        {!hasTenantsLeft(tenantsOf(couriers)) && ` ${words.polled}`}
      </p>
      <WhoseFilter call={call} path={AT} />
      <Filters {...props} />
      <div class="live-map">
        <section class="map-side" aria-label={words.map}>
          <PageMap
            map={deps.assets.map}
            label={words.mapLabel}
            data={dataOf(props, words)}
            isLive
          />
          <ul class="map-legend" aria-label={words.legend}>
            <li class="bad">{words.legendSilent}</li>
            <li class="warn">{words.legendWarn}</li>
            <li class="good">{words.onShift}</li>
          </ul>
          <div id="map-chosen" role="status">
            {found && <Chosen {...props} courier={found} />}
          </div>
        </section>
        <div id="map-table">
          <Rows {...props} rows={rows} />
          <Pages call={call} filter={filter} count={couriers.length} />
        </div>
      </div>
    </DeskLayout>
  );
}

function Filters({ call, facilities, merchants, filter }: MapPageProps) {
  const words = useMessages().console.courierMap;
  return (
    <form class="row" method="get" action={AT}>
      {Object.entries(ofWhose(call)).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      {whoseOf(call) === null && (
        <>
          <label for="merchant">{words.merchant}</label>
          <select id="merchant" name="merchant">
            <option value="">{words.all}</option>
            {[...merchants].map(([, slug]) => (
              <option key={slug} value={slug} selected={slug === filter.merchant}>
                {slug}
              </option>
            ))}
          </select>
        </>
      )}
      <label for="facility">{words.building}</label>
      <select id="facility" name="facility">
        <option value="">{words.all}</option>
        {facilities.map((code) => (
          <option key={code} value={code} selected={code === filter.facility}>
            {code}
          </option>
        ))}
      </select>
      <button type="submit">{words.show}</button>
    </form>
  );
}

function Rows({
  deps,
  call,
  merchants,
  filter,
  chosen,
  rows,
}: MapPageProps & { readonly rows: readonly MapCourier[] }) {
  const nowMs = deps.parts.clock.nowMs();
  const words = useMessages().console.courierMap;
  if (rows.length === 0) return <Empty>{words.nobody}</Empty>;
  return (
    <Table
      label={words.couriers}
      head={[words.courier, words.state, words.lastContact, words.battery, words.parcels]}
      stacks
    >
      {rows.map((courier) => (
        <tr
          key={courier.id}
          data-map-item={courier.id}
          aria-current={courier.id === chosen?.id ? 'true' : undefined}
        >
          <td class="wrap">
            <a
              href={hrefOf(call, filter, { courier: courier.id })}
              id={courier.id}
              data-map-item={courier.id}
            >
              {courier.name}
            </a>{' '}
            <span class="soft">
              {[
                merchants.get(courier.merchant_id),
                courier.mode === 'test' ? words.test : null,
                courier.facility,
              ]
                .filter(Boolean)
                .join(', ')}
            </span>
          </td>
          <td>
            <StateTag courier={courier} />
          </td>
          <td>
            <LastContact at={courier.at} nowMs={nowMs} />
          </td>
          <td>
            <BatteryTag courier={courier} />
          </td>
          <td>{words.load({ carried: courier.holds, toLoad: courier.to_load })}</td>
        </tr>
      ))}
    </Table>
  );
}

function Chosen({
  deps,
  courier,
  merchants,
  chosen,
}: MapPageProps & { readonly courier: MapCourier }) {
  const { courierMap: words, couriers } = useMessages().console;
  const nowMs = deps.parts.clock.nowMs();
  return (
    <>
      <h2>{courier.name}</h2>
      <p>
        <StateTag courier={courier} /> <BatteryTag courier={courier} />
      </p>
      <p>
        {words.chosen({
          merchant: merchants.get(courier.merchant_id) ?? '',
          vehicle: couriers.vehicles[courier.vehicle],
          count: courier.holds,
        })}
        {courier.at !== null && (
          <>
            {' '}
            <Filled
              text={words.lastPosition({ at: '{at}' })}
              parts={{ at: <Instant at={courier.at} nowMs={nowMs} /> }}
            />
          </>
        )}{' '}
        {chosen?.trail.length === 0 ? words.noTrail : words.trail}
      </p>
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

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/**
 * When a courier was last in contact. Couriers on shift were in contact today, so the time of day
 * is enough.
 */
function LastContact({ at, nowMs }: { readonly at: string | null; readonly nowMs: number }) {
  const words = useMessages().layout.pieces;
  if (at === null) return <span class="soft">{words.never}</span>;
  const agoMs = nowMs - Date.parse(at);
  if (agoMs >= DAY_MS) return <Instant at={at} nowMs={nowMs} />;
  const minutes = Math.max(0, Math.floor(agoMs / MINUTE_MS));
  return (
    <time dateTime={at}>
      {at.slice(11, 16)}{' '}
      <span class="soft">{minutes < 1 ? words.justNow : words.minutes({ count: minutes })}</span>
    </time>
  );
}

function StateTag({ courier }: { readonly courier: MapCourier }) {
  const [tone, text] = stateOf(courier, useMessages().console.courierMap);
  return <Tag tone={tone}>{text}</Tag>;
}

function stateOf(
  { silent_since: since, location, lat, holds }: MapCourier,
  words: Messages['console']['courierMap'],
): readonly ['good' | 'warn' | 'bad', string] {
  if (since !== null) return ['bad', words.silentSince({ time: since.slice(11, 16) })];
  if (location === 'off') return ['warn', words.locationOff];
  if (location === 'denied') return ['warn', words.locationDenied];
  if (lat === null) return ['warn', words.noPosition];
  // A courier without parcels may be driving or waiting: nobody reported which.
  return ['good', holds > 0 ? words.onTheWay : words.onShift];
}

function BatteryTag({
  courier: { battery, battery_low: isLow },
}: {
  readonly courier: MapCourier;
}) {
  const words = useMessages().console.courierMap;
  if (battery === null) return <span class="soft">–</span>;
  const percent = Math.round(battery);
  if (!isLow) return <span>{`${percent} %`}</span>;
  return <Tag tone="warn">{words.low({ battery: percent })}</Tag>;
}

/**
 * The page's data for the map's script; it contains only what the page shows of a courier anyway.
 */
function dataOf(
  { call, couriers, chosen, filter }: MapPageProps,
  words: Messages['console']['courierMap'],
): MapData {
  return {
    items: couriers.flatMap((courier) => {
      const [tone] = stateOf(courier, words);
      return courierItem(courier, tone === 'good' && courier.battery_low ? 'warn' : tone);
    }),
    lines: chosen === null ? [] : [{ kind: 'trail', points: chosen.trail }],
    chosen: chosen?.id ?? null,
    live: liveUrlOf(call, filter, couriers),
  };
}

function tenantsOf(couriers: readonly MapCourier[]): number {
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
  if (!hasTenantsLeft(tenantsOf(couriers))) return null;
  const shown = couriers.map(({ id }) => id).sort();
  const ids = createHash('sha256').update(shown.join()).digest('base64url').slice(0, 12);
  const tenant = whoseOf(call);
  const whose = tenant === null ? {} : { whose: watchedTenant(tenant), ...ofWhose(call) };
  const query = new URLSearchParams({ ids, ...whose });
  if (merchant !== '') query.set('merchant', merchant);
  if (facility !== '') query.set('facility', facility);
  return `${LIVE_AT}?${query.toString()}`;
}
