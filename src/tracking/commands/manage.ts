import type { ShipmentAttributes } from '../../events/shipment-attributes.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { noteErasure } from '../../platform/backups/erasures-to-list.sql.ts';
import {
  type Queryable,
  type Transaction,
  withTenant,
  withTransaction,
} from '../../platform/database/database.ts';
import { withShard, withShards } from '../../platform/event-log/event-log.ts';
import { eraseArchived, ownerOfArchived } from '../archiving/archived.sql.ts';
import { linkedBy } from '../erasing/erase.sql.ts';
import { eraseShipments } from '../erasing/erase-shipment.ts';
import { destinationOf, openPersonal, type Personal, sealPersonal } from '../personal.ts';
import { withPin } from '../proofs/pin.ts';
import { attributeChange } from '../record/changes.ts';
import { record } from '../record/record.ts';
import { ARCHIVED_TAG, type Shipment } from '../shipment.ts';
import { shipmentById, shipmentsByNumber, updateAttributes } from '../shipments.sql.ts';
import type { TrackingDeps } from '../tracking.ts';

/** The attributes that a merchant changes; absent ones stay. */
export interface ShipmentPatch extends Partial<ShipmentAttributes> {
  readonly personal?: Partial<Personal>;
}

/** Returns the tenant's shipment with this id; null when it has none. */
export async function findShipment(
  deps: TrackingDeps,
  tenant: Tenant,
  id: string,
): Promise<Shipment | null> {
  return withTenant(deps.db.app, tenant, (tx) => shipmentById(tx, id));
}

/**
 * Returns the shipment of any merchant, for a caller who has proof of access, such as a signed
 * link. Null when there is none, or it is deleted.
 */
export function findShipmentOfAnyTenant(
  { db }: { readonly db: Pick<TrackingDeps['db'], 'pipeline'> },
  id: string,
): Promise<Shipment | null> {
  return shipmentById(db.pipeline, id);
}

/**
 * Changes attributes and logs the change with the former values. Null when not found.
 *
 * @param wanted the change; a function decides it under the shipment's lock, from what no concurrent
 *   change can replace any more. What it throws ends the call, and nothing is changed.
 */
export async function patchShipment(
  deps: TrackingDeps,
  tenant: Tenant,
  id: string,
  wanted: ShipmentPatch | ((shipment: Shipment, personal: Personal) => ShipmentPatch),
): Promise<Shipment | null> {
  return withLocked(deps, tenant, id, async (tx, shipment, siblings) => {
    const before = openPersonal(shipment.sealedPersonal, deps.sealer);
    const patch = typeof wanted === 'function' ? wanted(shipment, before) : wanted;
    const { personal, ...attributes } = patch;
    const required = attributes.requireProof ?? shipment.requireProof;
    const after = withPin({ ...before, ...personal }, required, deps.randomBytes);
    const changed: Shipment = {
      ...shipment,
      ...attributes,
      // Sealed anew also when it leaves the archive: that is how its people are found again.
      ...((personal || after.pin !== before.pin || leavesArchive(shipment, patch)) && {
        sealedPersonal: sealPersonal(after, tenant, deps),
      }),
      ...(personal?.destination === undefined
        ? {}
        : destinationOf({ destination: personal.destination })),
      updatedAtMs: deps.clock.nowMs(),
    };
    const change = attributeChange(shipment, changed, personal !== undefined);
    if (change === null) return shipment;
    await updateAttributes(tx, changed);
    const recorded = await record(tx, deps.context(), [
      {
        ...shipment,
        kind: 'changed',
        shipments: siblings.map((each) => (each.id === id ? changed : each)),
        changes: new Map([[id, [change]]]),
      },
    ]);
    return recorded.find((each) => each.shipment.id === id)?.shipment ?? changed;
  });
}

function leavesArchive(before: Shipment, { tags }: ShipmentPatch): boolean {
  return tags?.includes(ARCHIVED_TAG) === false && before.tags.includes(ARCHIVED_TAG);
}

/**
 * Deletes a shipment: it disappears from every list and page, and its data become unreadable
 * (`eraseShipments`). The same happens to parcels that are followed only because this one named
 * them, such as its return; those are deleted first, so that a retry finds the rest. False when not
 * found. A parcel whose retention has ended may exist only in the archive: then it is erased there.
 * @param isArchived whether it is deleted because its retention has ended, and stays in the
 * archive.
 */
export async function deleteShipment(
  deps: TrackingDeps,
  tenant: Tenant,
  id: string,
  { isArchived = false }: { readonly isArchived?: boolean } = {},
): Promise<boolean> {
  if ((await findShipment(deps, tenant, id)) === null) return deleteArchived(deps, tenant, id);
  for (const child of await linkedBy(deps.db.pipeline, id)) {
    await deleteShipment(deps, tenant, child, { isArchived });
  }
  const deleted = await withLocked(deps, tenant, id, async (tx, shipment, siblings) => {
    await eraseAll(deps, tx, [{ shipment, siblings, isArchived }]);
    return true;
  });
  return deleted ?? false;
}

/** A shipment that is deleted, with all undeleted ones of its number, including itself. */
interface Deleted {
  readonly shipment: Shipment;
  readonly siblings: readonly Shipment[];
  readonly isArchived: boolean;
}

/** Logs the deletions and erases the shipments, under the locks of their shards. */
async function eraseAll(
  deps: TrackingDeps,
  tx: Transaction,
  deleted: readonly Deleted[],
): Promise<void> {
  const nowMs = deps.clock.nowMs();
  const gone = new Map<string, Shipment>(
    deleted.map(({ shipment }) => [
      shipment.id,
      { ...shipment, sealedPersonal: null, deletedAtMs: nowMs },
    ]),
  );
  const recorded = await record(
    tx,
    deps.context(),
    deleted.map(({ shipment, siblings }) => ({
      ...shipment,
      kind: 'changed',
      shipments: siblings.map((each) => gone.get(each.id) ?? each),
      changes: new Map([[shipment.id, [{ type: 'shipment.deleted', previousAttributes: {} }]]]),
    })),
  );
  for (const { shipment } of recorded) if (gone.has(shipment.id)) gone.set(shipment.id, shipment);
  const going = deleted.map(({ shipment, siblings, isArchived }) => ({
    shipment: gone.get(shipment.id) ?? shipment,
    siblings: siblings.filter((each) => each.id !== shipment.id),
    isArchived,
  }));
  await eraseShipments(tx, going, { nowMs, sealer: deps.sealer });
}

/** Returns those of these shipments that are still due for deletion. */
export type StillDue = (db: Queryable, ids: readonly string[]) => Promise<ReadonlySet<string>>;

/**
 * Deletes shipments of any merchants as `deleteShipment` does, but in one transaction. No two may
 * share a number, and none may have linked shipments that are followed because of it.
 * @param isArchived whether a deleted shipment is in the archive and stays there.
 * @param stillDue called once the locks are held, so nothing can change any more; absent: all are
 * due.
 */
export async function deleteTogether(
  deps: TrackingDeps,
  shipments: readonly Shipment[],
  isArchived: (id: string) => boolean,
  stillDue?: StillDue,
): Promise<void> {
  if (shipments.length === 0) return;
  const shards = shipments.map(({ shard }) => shard);
  await withShards(deps.db.pipeline, shards, async (tx) => {
    const ids = shipments.map(({ id }) => id);
    const due = stillDue === undefined ? new Set(ids) : await stillDue(tx, ids);
    const current = await shipmentsByNumber(tx, shipments);
    const deleted = shipments.flatMap(({ id, carrier, trackingNumber }) => {
      if (!due.has(id)) return [];
      const siblings = current.filter(
        (each) => each.carrier === carrier && each.trackingNumber === trackingNumber,
      );
      const shipment = siblings.find((each) => each.id === id);
      return shipment === undefined ? [] : [{ shipment, siblings, isArchived: isArchived(id) }];
    });
    if (deleted.length > 0) await eraseAll(deps, tx, deleted);
  });
}

/** Erases the tenant's shipment from the archive. False when there is nothing to erase. */
async function deleteArchived(deps: TrackingDeps, tenant: Tenant, id: string): Promise<boolean> {
  const owner = await withTenant(deps.db.app, tenant, (tx) => ownerOfArchived(tx, id));
  if (owner === null) return false;
  const nowMs = deps.clock.nowMs();
  const erased = await withTransaction(deps.db.pipeline, async (tx) => {
    if ((await eraseArchived(tx, id, nowMs)) === 0) return false;
    await noteErasure(tx, id, nowMs);
    return true;
  });
  // It may have been restored at the same moment.
  if ((await findShipment(deps, tenant, id)) !== null) return deleteShipment(deps, tenant, id);
  return erased;
}

/**
 * Runs `work` under the shard's lock with the current shipment and all others of its number.
 * Row-level security first decides whether the tenant may see it; only then does the pipeline's
 * role apply. Null if there is no such shipment, or the tenant may not see it.
 */
export async function withLocked<T>(
  deps: TrackingDeps,
  tenant: Tenant,
  id: string,
  work: (
    tx: Parameters<typeof shipmentById>[0],
    shipment: Shipment,
    siblings: readonly Shipment[],
  ) => Promise<T>,
): Promise<T | null> {
  const visible = await findShipment(deps, tenant, id);
  if (visible === null) return null;
  return withShard(deps.db.pipeline, visible.shard, async (tx) => {
    const siblings = await shipmentsByNumber(tx, [visible]);
    const shipment = siblings.find((each) => each.id === id);
    return shipment === undefined ? null : work(tx, shipment, siblings);
  });
}

/**
 * Returns a tenant's shipment by the number printed on the parcel; for a reused number, the newest.
 */
export async function findShipmentByNumber(
  { db }: { readonly db: Pick<TrackingDeps['db'], 'pipeline'> },
  { merchantId, mode }: Tenant,
  number: Pick<Shipment, 'carrier' | 'trackingNumber'>,
): Promise<Shipment | null> {
  const all = await shipmentsByNumber(db.pipeline, [number]);
  const own = all.filter(
    (each) => each.merchantId === merchantId && each.mode === mode && each.deletedAtMs === null,
  );
  return own.sort((a, b) => b.factsFromMs - a.factsFromMs)[0] ?? null;
}

/**
 * Erases a shipment of any merchant, for operators and for a restore. The effect is that of a
 * deletion by the merchant. False when there is no such shipment, or it is already erased.
 */
export async function eraseNamed(deps: TrackingDeps, id: string): Promise<boolean> {
  const shipment = await findShipmentOfAnyTenant(deps, id);
  const tenant = shipment ?? (await ownerOfArchived(deps.db.pipeline, id));
  if (tenant === null) return false;
  const { merchantId, mode } = tenant;
  return deleteShipment(deps, { merchantId, mode }, id);
}
