import { HIGHEST_UUID } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { withTenant } from '../../../platform/database/database.ts';
import {
  countShipments,
  listShipments,
  type ShipmentListing,
  type ShipmentSelection,
  settledUntilMs,
  shipmentsByNumber,
  viewShipments,
} from '../../../tracking/ports/shipments.ts';
import { searchOf } from '../../api/shipments/filter-schema.ts';
import { BY_TIME_UNTIL, readPage, type Searched } from '../../kit/paged.ts';
import { everySpelling } from '../every-spelling.ts';
import { carrierNamed } from './carriers.ts';
import { pagination } from './envelope.ts';
import { fitsFilter, onlyFields, statusesFor, type TrackingFilter } from './list-query.ts';
import type { Tracking } from './tracking.ts';
import { type TrackingParts, trackingsOf } from './tracking-parts.ts';

const TRACKINGS = { name: 'aftership trackings', position: BY_TIME_UNTIL };
/** AfterShip counts no further either. */
const TOTAL_MAX = 10_000;
/** Reads for one page; a filter without an index may find little in each. */
const READS_MAX = 10;

type Position = NonNullable<ShipmentListing['after']>;
interface Found {
  readonly tracking: Tracking;
  readonly position: Position;
}

/** Returns a page of trackings, the newest first, as AfterShip's clients expect it. */
export async function listTrackings(parts: TrackingParts, tenant: Tenant, query: TrackingFilter) {
  // The hub does not know which destination the carrier reported, so no tracking has it.
  if (query.courier_destination_country_region !== undefined) {
    return { pagination: pagination(0, null), trackings: [] };
  }
  const selection = await selectionOf(parts, tenant, query);
  const page = await readPage(
    TRACKINGS,
    tenant,
    query,
    (after, limit) => readFitting(parts, tenant, { query, selection, limit, after }),
    {
      position: ({ position }: Found) => position,
      json: ({ tracking }) => onlyFields(tracking, query.fields),
    },
  );
  const { count } = await withTenant(parts.tracking.db.app, tenant, (tx) =>
    countShipments(tx, selection, TOTAL_MAX),
  );
  return { pagination: pagination(count, page.next_cursor), trackings: page.data };
}

interface Reading {
  readonly query: TrackingFilter;
  readonly selection: ShipmentSelection;
  readonly limit: number;
  readonly after: Position | null;
}

/** Reads on until enough trackings fit the filter, the list ends, or enough has been read. */
async function readFitting(
  parts: TrackingParts,
  tenant: Tenant,
  { query, selection, limit, after }: Reading,
): Promise<Searched<Position, Found>> {
  const rows: Found[] = [];
  const { created_at_min: since } = query;
  let at = after ?? startOf(query);
  for (let read = 0; read < READS_MAX; read += 1) {
    const { db, clock } = parts.tracking;
    const { rows: listed, readTo } = await withTenant(db.app, tenant, async (tx) => {
      const updatedUntilMs =
        query.updated_at_min === undefined ? null : await settledUntilMs(tx, clock.nowMs(), at);
      const listing = { ...selection, updatedUntilMs, sort: '-created_at' as const, after: at };
      return listShipments(tx, { ...listing, limit });
    });
    const inTime = listed.filter(
      ({ shipment }) => since === undefined || shipment.createdAtMs >= Date.parse(since),
    );
    rows.push(...(await fitting(parts, tenant, inTime, query)));
    const isOver = inTime.length < listed.length || (listed.length < limit && readTo === null);
    if (isOver || rows.length >= limit) return { rows: rows.slice(0, limit), readTo: null };
    at = readTo ?? listed.at(-1)?.position ?? at;
  }
  return { rows, readTo: at };
}

async function fitting(
  parts: TrackingParts,
  tenant: Tenant,
  listed: Awaited<ReturnType<typeof listShipments>>['rows'],
  query: TrackingFilter,
): Promise<Found[]> {
  const shipments = listed.map(({ shipment }) => shipment);
  const views = await viewShipments(parts.tracking, tenant, shipments);
  const trackings = await trackingsOf(parts, tenant, views);
  return trackings.flatMap((tracking, index) => {
    const position = listed[index]?.position;
    return position !== undefined && fitsFilter(tracking, query) ? [{ tracking, position }] : [];
  });
}

/** Where a list begins that shows nothing newer; null: at the newest. */
function startOf({ created_at_max: until }: TrackingFilter): Position | null {
  if (until === undefined) return null;
  const [day = '', time = ''] = new Date(until).toISOString().split('T');
  return { at: `${day} ${time.replace('Z', '')}+00`, id: HIGHEST_UUID };
}

/** The part of a filter that the database can follow. */
async function selectionOf(
  parts: TrackingParts,
  tenant: Tenant,
  query: TrackingFilter,
): Promise<ShipmentSelection> {
  const { adapters, tracking } = parts;
  const { keyword, order_id: orderId, shipment_tags: tags, updated_at_min: changedSince } = query;
  const [tag, ...otherTags] = tags ?? [];
  const carriers =
    query.slug?.map((slug) => carrierNamed(adapters, slug)?.manifest.name ?? slug) ?? null;
  const selection: ShipmentSelection = {
    statuses: statusesFor(query.tag),
    carriers,
    trackingNumber: null,
    attributes: {
      ...(orderId === undefined ? {} : { order_id: orderId }),
      ...(tag === undefined || otherTags.length > 0 ? {} : { tag }),
    },
    metadata: null,
    // The shipment of the very instant belongs to the list too.
    updatedAfterMs: changedSince === undefined ? null : Date.parse(changedSince) - 1,
    search: keyword ? searchOf(adapters, tracking.people, tenant, keyword) : null,
  };
  const { tracking_numbers: numbers } = query;
  if (numbers === undefined) return selection;
  return { ...selection, among: await idsOfNumbers(parts, tenant, numbers, carriers) };
}

/** The shipments with these numbers, in any carrier's spelling. */
async function idsOfNumbers(
  { adapters, tracking }: TrackingParts,
  tenant: Tenant,
  numbers: readonly string[],
  carriers: readonly string[] | null,
): Promise<readonly string[]> {
  const spellings = everySpelling(adapters, numbers, carriers);
  const shipments = await withTenant(tracking.db.app, tenant, (tx) =>
    shipmentsByNumber(tx, spellings),
  );
  return shipments.map(({ id }) => id);
}
