import { createHash } from 'node:crypto';
import { MapFrame } from '../../../http/console/kit/map-frame.tsx';
import { Empty, Instant, Table, Tag, type Tone } from '../../../http/console/kit/pieces.tsx';
import { Layout } from '../../../http/console/operators/layout.tsx';
import type { ConsoleDeps, PageCall } from '../../../http/console/operators/visit.ts';
import type { MapCourier } from './map-state.ts';
import { hasTenantsLeft } from './map-stream.ts';

/** The path of the page where dispatchers see all couriers on shift. */
export const AT = '/ops/fleet';
/** The path of the event stream for the page's script. */
export const LIVE_AT = `${AT}/live`;

/** The rows of a page; the next page has the rest, and the map has all. */
const ROWS = 100;

export interface MapPageProps {
  readonly deps: ConsoleDeps;
  readonly call: PageCall;
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
  const { page } = filter;
  const rows = couriers.slice((page - 1) * ROWS, page * ROWS);
  const silent = couriers.filter(({ silent_since: since }) => since !== null).length;
  const found = couriers.find(({ id }) => id === chosen?.id);
  return (
    <Layout
      assets={deps.assets}
      visitor={call.visitor}
      title="Live map"
      at={AT}
      script={deps.assets.mapScriptUrl}
    >
      <h1>Live map</h1>
      <p class="lead" id="map-summary">
        {`${couriers.length} on shift, ${silent} silent.`}
        {!hasTenantsLeft(tenantsOf(couriers)) &&
          ' Too many merchants to show each move: places are looked up every 5 seconds. Choose one to follow its couriers.'}
      </p>
      <Filters {...props} />
      <div class="live-map">
        <section class="map-side" aria-label="Map">
          <MapFrame label="Couriers on a map. Arrow keys move it, plus and minus zoom, 0 shows all." />
          <ul class="map-legend" aria-label="Legend">
            <li class="bad">silent</li>
            <li class="warn">no position, or battery low</li>
            <li class="good">on shift</li>
          </ul>
          <div id="map-chosen" role="status">
            {found && <Chosen {...props} courier={found} />}
          </div>
        </section>
        <div id="map-table">
          <Rows {...props} rows={rows} />
          <Pages filter={filter} count={couriers.length} />
        </div>
      </div>
      <script
        type="application/json"
        id="map-data"
        dangerouslySetInnerHTML={{ __html: dataOf(props) }}
      />
    </Layout>
  );
}

function Filters({ facilities, merchants, filter }: MapPageProps) {
  return (
    <form class="row" method="get" action={AT}>
      <label for="merchant">Merchant</label>
      <select id="merchant" name="merchant">
        <option value="">all</option>
        {[...merchants].map(([, slug]) => (
          <option key={slug} value={slug} selected={slug === filter.merchant}>
            {slug}
          </option>
        ))}
      </select>
      <label for="facility">Building</label>
      <select id="facility" name="facility">
        <option value="">all</option>
        {facilities.map((code) => (
          <option key={code} value={code} selected={code === filter.facility}>
            {code}
          </option>
        ))}
      </select>
      <button type="submit">Show</button>
    </form>
  );
}

function Rows({
  deps,
  merchants,
  filter,
  chosen,
  rows,
}: MapPageProps & { readonly rows: readonly MapCourier[] }) {
  const nowMs = deps.parts.clock.nowMs();
  if (rows.length === 0) return <Empty>Nobody is on shift here.</Empty>;
  return (
    <Table
      label="Couriers on shift"
      head={['Courier', 'State', 'Seen', 'Battery', 'Parcels']}
      stacks
    >
      {rows.map((courier) => (
        <tr key={courier.id} aria-current={courier.id === chosen?.id ? 'true' : undefined}>
          <td class="wrap">
            <a
              href={hrefOf(filter, { courier: courier.id })}
              id={courier.id}
              data-courier={courier.id}
            >
              {courier.name}
            </a>{' '}
            <span class="soft">
              {[
                merchants.get(courier.merchant_id),
                courier.mode === 'test' ? 'test' : null,
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
          <td>{`${courier.holds} carried, ${courier.to_load} to load`}</td>
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
  const nowMs = deps.parts.clock.nowMs();
  return (
    <>
      <h2>{courier.name}</h2>
      <p>
        <StateTag courier={courier} /> <BatteryTag courier={courier} />
      </p>
      <p>
        {merchants.get(courier.merchant_id)}, {courier.vehicle}, {courier.holds} parcels carried.
        {courier.at !== null && (
          <>
            {' '}
            Last position <Instant at={courier.at} nowMs={nowMs} />.
          </>
        )}{' '}
        {chosen?.trail.length === 0
          ? 'No trail in the last 12 hours.'
          : 'The line is where the courier was in the last 12 hours.'}
      </p>
      <p>
        <a href={`/ops/couriers/${courier.id}`}>Parcels and phone</a>
      </p>
    </>
  );
}

function Pages({
  filter,
  count,
}: {
  readonly filter: MapPageProps['filter'];
  readonly count: number;
}) {
  const last = Math.max(1, Math.ceil(count / ROWS));
  if (last === 1) return null;
  return (
    <p class="map-pages">
      {filter.page > 1 && <a href={hrefOf(filter, { page: filter.page - 1 })}>Earlier</a>}{' '}
      {`Page ${filter.page} of ${last}`}{' '}
      {filter.page < last && <a href={hrefOf(filter, { page: filter.page + 1 })}>More</a>}
    </p>
  );
}

function hrefOf(
  { merchant, facility, page }: MapPageProps['filter'],
  more: { readonly courier?: string; readonly page?: number },
): string {
  const query = new URLSearchParams();
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
  if (at === null) return <span class="soft">never</span>;
  const agoMs = nowMs - Date.parse(at);
  if (agoMs >= DAY_MS) return <Instant at={at} nowMs={nowMs} />;
  const minutes = Math.max(0, Math.floor(agoMs / MINUTE_MS));
  return (
    <time dateTime={at}>
      {at.slice(11, 16)} <span class="soft">{minutes < 1 ? 'now' : `${minutes} min ago`}</span>
    </time>
  );
}

function StateTag({ courier }: { readonly courier: MapCourier }) {
  const [tone, text] = stateOf(courier);
  return <Tag tone={tone}>{text}</Tag>;
}

function stateOf({
  silent_since: since,
  location,
  lat,
  holds,
}: MapCourier): readonly [Tone, string] {
  if (since !== null) return ['bad', `silent since ${since.slice(11, 16)}`];
  if (location === 'off') return ['warn', 'location off'];
  if (location === 'denied') return ['warn', 'location not allowed'];
  if (lat === null) return ['warn', 'no position yet'];
  // A courier without parcels may be driving or waiting: nobody reported which.
  return ['good', holds > 0 ? 'on the way' : 'on shift'];
}

function BatteryTag({
  courier: { battery, battery_low: isLow },
}: {
  readonly courier: MapCourier;
}) {
  if (battery === null) return <span class="soft">–</span>;
  const text = `${Math.round(battery)} %`;
  return isLow ? <Tag tone="warn">{`${text}, low`}</Tag> : <span>{text}</span>;
}

/**
 * The page's data for the map's script; it contains only what the page shows of a courier anyway.
 */
function dataOf({ couriers, chosen, filter }: MapPageProps): string {
  const points = couriers.flatMap((courier) => {
    const { id, name, lat, lng, at, battery_low: isLow } = courier;
    if (lat === null || lng === null) return [];
    const [tone] = stateOf(courier);
    const shown = tone === 'good' && isLow ? 'warn' : tone;
    return [[id, name, lat, lng, shown, at === null ? 0 : Date.parse(at)]];
  });
  const live = liveUrlOf(filter, couriers);
  return JSON.stringify({ points, chosen, live }).replaceAll('<', '\\u003c');
}

function tenantsOf(couriers: readonly MapCourier[]): number {
  return new Set(couriers.map(({ merchant_id: id, mode }) => `${id} ${mode}`)).size;
}

/**
 * The URL of the stream for this map's couriers; null: the script polls. It changes when other
 * couriers appear on the map, so that the script reconnects for these.
 */
function liveUrlOf(
  { merchant, facility }: MapPageProps['filter'],
  couriers: readonly MapCourier[],
): string | null {
  if (!hasTenantsLeft(tenantsOf(couriers))) return null;
  const ids = couriers.map(({ id }) => id).sort();
  const of = createHash('sha256').update(ids.join()).digest('base64url').slice(0, 12);
  const query = new URLSearchParams({ of });
  if (merchant !== '') query.set('merchant', merchant);
  if (facility !== '') query.set('facility', facility);
  return `${LIVE_AT}?${query.toString()}`;
}
