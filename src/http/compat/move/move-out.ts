import type { Registry } from '../../../adapters/index.ts';
import { ATTRIBUTES } from '../../../events/shipment-attributes.ts';
import { csvRow } from '../../../intake/index.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { withTenant } from '../../../platform/database/database.ts';
import {
  iso,
  type ListedView,
  listShipments,
  openPersonal,
  type ShipmentListing,
  type TrackingDeps,
  viewShipments,
} from '../../../tracking/ports/shipments.ts';
import { listTrackings } from '../aftership/list-trackings.ts';
import { timeAtPlace } from '../aftership/times.ts';
import { listTrackers } from '../easypost/list-trackers.ts';
import { presentTrackers, trackerDeps } from '../easypost/present.ts';
import { easypostJson } from '../easypost/tracker.ts';
import type { MoveService } from '../services.ts';
import { ADDRESS_MEMBERS, CSV_HEADER, RECIPIENT_MEMBERS } from './csv-columns.ts';

const PAGE_SIZE = 100;

/**
 * Writes out all parcels of a tenant with their history, newest first, in the form in which the
 * service itself lists them, or as a CSV file that `move from csv` reads.
 *
 * @returns the text of the file, piece by piece.
 */
export function moveOut(
  tracking: TrackingDeps,
  registry: Registry,
  tenant: Tenant,
  service: MoveService,
): AsyncGenerator<string> {
  if (service === 'csv') return csvText(tracking, tenant);
  if (service === 'easypost') {
    const trackers = trackerPages(tracking, registry, tenant);
    return jsonText(easypostJson, '{"trackers":[', trackers, '],"has_more":false}\n');
  }
  const trackings = trackingPages(tracking, registry, tenant);
  const before = '{"meta":{"code":200},"data":{"trackings":[';
  return jsonText((each) => JSON.stringify(each), before, trackings, ']}}\n');
}

/** One object per line, so that two exports can be compared. */
async function* jsonText(
  toJson: (each: unknown) => string,
  before: string,
  pages: AsyncIterable<readonly unknown[]>,
  after: string,
): AsyncGenerator<string> {
  yield before;
  let separator = '\n';
  for await (const page of pages) {
    for (const each of page) {
      yield separator + toJson(each);
      separator = ',\n';
    }
  }
  yield `\n${after}`;
}

async function* trackerPages(tracking: TrackingDeps, registry: Registry, tenant: Tenant) {
  const deps = trackerDeps(tracking, registry);
  let before: { before_id?: string } | null = {};
  while (before !== null) {
    const filter = { ...before, page_size: PAGE_SIZE };
    const { found, hasMore } = await listTrackers(deps, tenant, filter);
    yield await presentTrackers(deps, tenant, found);
    const last = found.at(-1);
    before = hasMore && last !== undefined ? { before_id: wireId('tracker', last.id.uuid) } : null;
  }
}

async function* trackingPages(tracking: TrackingDeps, adapters: Registry, tenant: Tenant) {
  const parts = { tracking, adapters, polling: null };
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const query = { limit: PAGE_SIZE, ...(cursor === undefined ? {} : { cursor }) };
    const { trackings, pagination } = await listTrackings(parts, tenant, query);
    yield trackings;
    cursor = pagination.next_cursor;
  }
}

const NO_FILTER = {
  ...{ statuses: null, carriers: null, trackingNumber: null, attributes: {}, metadata: null },
  ...{ updatedAfterMs: null, search: null },
};

async function* csvText(tracking: TrackingDeps, tenant: Tenant): AsyncGenerator<string> {
  yield csvRow(CSV_HEADER, ',');
  let after: ShipmentListing['after'] = null;
  for (;;) {
    const listing: ShipmentListing = { ...NO_FILTER, sort: '-created_at', after, limit: PAGE_SIZE };
    const { rows, readTo } = await withTenant(tracking.db.app, tenant, (tx) =>
      listShipments(tx, listing),
    );
    const shipments = rows.map(({ shipment }) => shipment);
    const views = await viewShipments(tracking, tenant, shipments);
    yield views.map((view) => csvRows(tracking, view)).join('');
    after = readTo ?? rows.at(-1)?.position ?? null;
    if (after === null || (rows.length < PAGE_SIZE && readTo === null)) return;
  }
}

/** A row per event, oldest first; the parcel's own cells are the same in all of them. */
function csvRows({ sealer }: TrackingDeps, { shipment, events }: ListedView): string {
  const { recipient, origin, destination } = openPersonal(shipment.sealedPersonal, sealer);
  const own = [
    ...[shipment.id, iso(shipment.createdAtMs), shipment.state.estimatedDelivery?.date],
    ...[shipment.trackingNumber, shipment.carrier],
    ...ATTRIBUTES.map(({ name, cell }) => attributeCell(shipment[name], cell)),
    ...RECIPIENT_MEMBERS.map((member) => recipient?.[member]),
    ...[origin, destination].flatMap((place) => ADDRESS_MEMBERS.map((each) => place?.[each])),
  ].map(textOf);
  // What the hub itself found, such as a standstill, is no history of the carrier's.
  const exported = events.filter(({ source }) => EXPORTED.has(source)).toReversed();
  const rows = exported.map((event) => {
    const { status, reason, milestone, code, place } = event;
    return [
      ...[timeAtPlace(event), status, reason, milestone, code],
      ...[place?.city, place?.region, place?.postalCode, place?.country],
    ].map(textOf);
  });
  const empty = Array.from({ length: CSV_HEADER.length - own.length }, () => '');
  return (rows.length > 0 ? rows : [empty]).map((row) => csvRow([...own, ...row], ',')).join('');
}

const EXPORTED: ReadonlySet<string> = new Set(['bridge', 'carrier', 'imported', 'scan', 'command']);

/** A value as an import reads it: lists separated by `|`, objects as JSON. */
function attributeCell(value: unknown, kind: (typeof ATTRIBUTES)[number]['cell']): unknown {
  if (value === null) return null;
  if (kind === 'list') return (value as readonly string[]).join('|');
  return kind === 'json' ? JSON.stringify(value) : value;
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}
