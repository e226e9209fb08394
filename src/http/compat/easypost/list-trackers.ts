import { Problem } from '../../../kernel/errors.ts';
import { HIGHEST_UUID, LOWEST_UUID } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { type Queryable, withTenant } from '../../../platform/database/database.ts';
import {
  externalIdsBefore,
  externalIdsOf,
  iso,
  listShipments,
  type ShipmentListing,
  shipmentsByIds,
} from '../../../tracking/ports/shipments.ts';
import { invalidMember } from '../../kit/validation.ts';
import { carriersNamed } from './create-tracker.ts';
import { byAge, placeOfTracker, trackersByCode, trackersOf } from './find-trackers.ts';
import type { FoundTracker, TrackerDeps } from './present.ts';
import { EASYPOST_SERVICE, newestFirst, TRACKER_PREFIX, type TrackerId } from './tracker-ids.ts';
import type { TrackerFilter } from './tracker-schema.ts';

/** A page of trackers, newest first. */
export interface TrackerPage {
  readonly found: readonly FoundTracker[];
  readonly hasMore: boolean;
}

/** Positions in the order of a list; both are outside the page. */
interface Bounds {
  /** Null: from the newest. */
  readonly before: Place | null;
  /** Null: to the oldest. */
  readonly after: Place | null;
}
type Place = Pick<TrackerId, 'createdAtMs' | 'uuid'>;

/**
 * Returns a page of the tenant's trackers. Throws `Problem` for an id that is not known, or a
 * carrier.
 */
export async function listTrackers(
  deps: TrackerDeps,
  tenant: Tenant,
  filter: TrackerFilter,
): Promise<TrackerPage> {
  const { tracking_code: code, carrier, page_size: size } = filter;
  const bounds = await boundsOf(deps, tenant, filter);
  const carriers = carrier === undefined ? null : filteredCarriers(deps, carrier);
  if (code !== undefined) {
    const all = await trackersByCode(deps, tenant, [code], carriers);
    return pageOf(all.filter(within(bounds)), size);
  }
  const { db } = deps.tracking;
  return withTenant(db.app, tenant, async (tx) => {
    const own = await ownIds(tx, carriers, bounds, size + 1);
    const further = await furtherIds(tx, tenant, carriers, bounds, size + 1);
    // Older ones are for a later page, after those that were not read yet.
    const reached = further.filter(
      ({ id }) => own.readTo === null || newestFirst(id, own.readTo) <= 0,
    );
    const page = pageOf([...own.found, ...reached].sort(byAge), size);
    return { ...page, hasMore: page.hasMore || own.readTo !== null };
  });
}

function pageOf(found: readonly FoundTracker[], size: number): TrackerPage {
  return { found: found.slice(0, size), hasMore: found.length > size };
}

function within({ before, after }: Bounds): (tracker: FoundTracker) => boolean {
  return ({ id }) =>
    (before === null || newestFirst(before, id) < 0) &&
    (after === null || newestFirst(id, after) < 0);
}

/** `before_id` and `end_datetime` state where a page begins; the earlier counts. */
async function boundsOf(deps: TrackerDeps, tenant: Tenant, filter: TrackerFilter): Promise<Bounds> {
  const { before_id: beforeId, after_id: afterId } = filter;
  const { start_datetime: start, end_datetime: end } = filter;
  const placeOf = async (id: string) => {
    const place = await placeOfTracker(deps, tenant, id);
    if (place === null) throw new Problem('not_found', 'easypost.noTracker');
    return place;
  };
  const upper: Place[] = beforeId === undefined ? [] : [await placeOf(beforeId)];
  const lower: Place[] = afterId === undefined ? [] : [await placeOf(afterId)];
  if (end !== undefined) upper.push({ createdAtMs: Date.parse(end), uuid: HIGHEST_UUID });
  if (start !== undefined) lower.push({ createdAtMs: Date.parse(start), uuid: LOWEST_UUID });
  return {
    before: upper.sort(newestFirst).at(-1) ?? null,
    after: lower.sort(newestFirst)[0] ?? null,
  };
}

/** EasyPost shows the sandbox's parcels under a carrier's name, so a filter by it has them too. */
function filteredCarriers(deps: TrackerDeps, name: string): readonly string[] {
  const carriers = [
    ...new Set([...carriersNamed(deps, name), ...deps.vocabulary.carriersNamed(name)]),
  ];
  if (carriers.length > 0) return carriers;
  const known = deps.registry.carriers().map(({ manifest }) => manifest.name);
  throw invalidMember('?carrier', 'shipments.noSuchCarrier', {
    'shipments.useKnownCarrier': { meant: 'none', names: known.join(', ') },
  });
}

const EVERY_TRACKER: Omit<ShipmentListing, 'sort' | 'after' | 'limit' | 'carriers'> = {
  derivedIds: { service: EASYPOST_SERVICE, prefix: TRACKER_PREFIX },
  statuses: null,
  trackingNumber: null,
  attributes: {},
  metadata: null,
  updatedAfterMs: null,
  search: null,
};

/**
 * Returns trackers whose ids are shipments' own. `readTo`: the search stopped after this one, and
 * there may be older ones; null: there are none, or the page is full.
 */
async function ownIds(
  tx: Queryable,
  carriers: readonly string[] | null,
  { before, after }: Bounds,
  most: number,
): Promise<{ readonly found: readonly FoundTracker[]; readonly readTo: Place | null }> {
  const found: FoundTracker[] = [];
  let position = before && { at: iso(before.createdAtMs), id: before.uuid };
  for (;;) {
    const { rows, readTo } = await listShipments(tx, {
      ...EVERY_TRACKER,
      carriers,
      sort: '-created_at',
      after: position,
      limit: most,
    });
    const shipments = rows.map(({ shipment }) => shipment);
    const ids = shipments.map(({ id }) => id);
    const stored = await externalIdsOf(tx, EASYPOST_SERVICE, ids);
    const own = shipments
      .flatMap((shipment) => trackersOf(shipment, stored))
      .filter(({ id, shipment }) => id.uuid === shipment.id);
    const inRange = own.filter(within({ before: null, after }));
    found.push(...inRange);
    if (found.length >= most) return { found: found.slice(0, most), readTo: null };
    position = rows.length < most ? readTo : (rows.at(-1)?.position ?? null);
    if (position === null || inRange.length < own.length) return { found, readTo: null };
    if (after !== null && Date.parse(position.at) < after.createdAtMs)
      return { found, readTo: null };
    // After an empty page, EasyPost's clients ask for no other one.
    const last = found.at(-1);
    if (readTo !== null && last !== undefined) return { found, readTo: last.id };
  }
}

/** Returns trackers that are not the first of their shipment, or came with it from EasyPost. */
async function furtherIds(
  tx: Queryable,
  tenant: Tenant,
  carriers: readonly string[] | null,
  { before, after }: Bounds,
  most: number,
): Promise<readonly FoundTracker[]> {
  const rows = await externalIdsBefore(tx, tenant, EASYPOST_SERVICE, {
    carriers,
    before: before && {
      atMs: before.createdAtMs,
      externalId: wireId('tracker', before.uuid),
    },
    limit: most,
  });
  const shipments = await shipmentsByIds(tx, [...new Set(rows.map((row) => row.shipmentId))]);
  return shipments
    .flatMap((shipment) => trackersOf(shipment, rows))
    .filter(({ id, shipment }) => id.uuid !== shipment.id)
    .filter(within({ before: null, after }));
}
