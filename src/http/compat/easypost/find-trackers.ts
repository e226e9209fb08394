import type { Tenant } from '../../../kernel/tenant.ts';
import { uuidOfWireId, wireId } from '../../../kernel/wire/wire-ids.ts';
import { withTenant } from '../../../platform/database/database.ts';
import {
  ARCHIVED_TAG,
  deleteExternalId,
  externalId,
  externalIdsOf,
  findShipment,
  patchShipment,
  type Shipment,
  shipmentsByNumber,
} from '../../../tracking/ports/shipments.ts';
import { everySpelling } from '../every-spelling.ts';
import type { FoundTracker, TrackerDeps } from './present.ts';
import { EASYPOST_SERVICE, newestFirst, trackerIdsOf } from './tracker-ids.ts';

/** Returns the tracker with a `trk_` id; null if there is none, or it was deleted. */
export async function findTracker(
  deps: Pick<TrackerDeps, 'tracking'>,
  tenant: Tenant,
  text: string,
): Promise<FoundTracker | null> {
  const found = await readTracker(deps, tenant, text);
  return found === null || found.isDeleted ? null : found;
}

/** Returns when a tracker was created, even one that was deleted: its place in lists. */
export async function placeOfTracker(
  deps: Pick<TrackerDeps, 'tracking'>,
  tenant: Tenant,
  text: string,
): Promise<FoundTracker['id'] | null> {
  return (await readTracker(deps, tenant, text))?.id ?? null;
}

async function readTracker(
  { tracking }: Pick<TrackerDeps, 'tracking'>,
  tenant: Tenant,
  text: string,
): Promise<(FoundTracker & { readonly isDeleted: boolean }) | null> {
  const uuid = uuidOfWireId('tracker', text);
  if (uuid === null) return null;
  const row = await withTenant(tracking.db.app, tenant, (tx) =>
    externalId(tx, tenant, EASYPOST_SERVICE, text),
  );
  const shipmentId = row?.shipmentId ?? uuid;
  const shipment = await findShipment(tracking, tenant, shipmentId);
  if (shipment === null) return null;
  // The row of a parcel's own UUID is written when it is deleted, and says nothing about its start.
  const createdAtMs = row === null || uuid === shipmentId ? shipment.createdAtMs : row.createdAtMs;
  const isDeleted = row !== null && row.deletedAtMs !== null;
  return { id: { uuid, shipmentId, createdAtMs }, shipment, isDeleted };
}

/**
 * Deletes a tracker: its id leads nowhere any more. A parcel without any other tracker is archived,
 * not erased, because the API of the hub may know it too. False if there is no such tracker.
 */
export async function deleteTracker(
  deps: Pick<TrackerDeps, 'tracking'>,
  tenant: Tenant,
  text: string,
): Promise<boolean> {
  const found = await findTracker(deps, tenant, text);
  if (found === null) return false;
  const { tracking } = deps;
  const { id, shipment } = found;
  const stored = await withTenant(tracking.db.app, tenant, (tx) =>
    externalIdsOf(tx, EASYPOST_SERVICE, [shipment.id]),
  );
  const isLast = trackerIdsOf(shipment, stored).every(({ uuid }) => uuid === id.uuid);
  // Archived first: if the second step fails, the client finds the tracker and tries again.
  if (isLast && !shipment.tags.includes(ARCHIVED_TAG)) {
    await patchShipment(tracking, tenant, shipment.id, ({ tags }) => ({
      tags: [...tags.filter((tag) => tag !== ARCHIVED_TAG), ARCHIVED_TAG],
    }));
  }
  const row = {
    service: EASYPOST_SERVICE,
    externalId: wireId('tracker', id.uuid),
    shipmentId: shipment.id,
  };
  await withTenant(tracking.db.app, tenant, (tx) =>
    deleteExternalId(tx, tenant, row, tracking.clock.nowMs()),
  );
  return true;
}

/** Returns the trackers with any of these codes, in any spelling, newest first. */
export async function trackersByCode(
  { tracking, registry }: TrackerDeps,
  tenant: Tenant,
  codes: readonly string[],
  carriers: readonly string[] | null = null,
): Promise<readonly FoundTracker[]> {
  const numbers = everySpelling(registry, codes, carriers);
  return withTenant(tracking.db.app, tenant, async (tx) => {
    const shipments = await shipmentsByNumber(tx, numbers);
    const ids = shipments.map(({ id }) => id);
    const stored = await externalIdsOf(tx, EASYPOST_SERVICE, ids);
    return shipments.flatMap((shipment) => trackersOf(shipment, stored)).sort(byAge);
  });
}

/** Returns the trackers of a parcel that were not deleted. */
export function trackersOf(
  shipment: Shipment,
  stored: Parameters<typeof trackerIdsOf>[1],
): FoundTracker[] {
  return trackerIdsOf(shipment, stored).map((id) => ({ id, shipment }));
}

export function byAge(one: FoundTracker, other: FoundTracker): number {
  return newestFirst(one.id, other.id);
}
