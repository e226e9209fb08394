import type { Tenant } from '../../kernel/tenant.ts';
import { noteErasure } from '../../platform/backups/erasures-to-list.sql.ts';
import { withTenant, withTransaction } from '../../platform/database/database.ts';
import { withShard } from '../../platform/event-log/event-log.ts';
import { eraseArchived, ownerOfArchived } from '../archiving/archived.sql.ts';
import { followedBecauseOf } from '../erasing/erase.sql.ts';
import { eraseShipment } from '../erasing/erase-shipment.ts';
import { destinationZone, openPersonal, type Personal, sealPersonal } from '../personal.ts';
import { withPin } from '../proofs/pin.ts';
import { attributeChange } from '../record/changes.ts';
import { record } from '../record/record.ts';
import type { Shipment, ShipmentAttributes } from '../shipment.ts';
import { shipmentById, shipmentsByNumber, updateAttributes } from '../shipments.sql.ts';
import type { TrackingDeps } from '../tracking.ts';

/** What a merchant may change of a shipment; what is absent stays. */
export interface ShipmentPatch extends Partial<ShipmentAttributes> {
  readonly personal?: Partial<Personal>;
}

/** Null when the tenant has no such shipment. */
export async function findShipment(
  deps: TrackingDeps,
  tenant: Tenant,
  id: string,
): Promise<Shipment | null> {
  return withTenant(deps.db.app, tenant, (tx) => shipmentById(tx, id));
}

/**
 * Whoever's shipment it is: for the holder of proof that they may, such as a signed link of ours. Null
 * when there is none, or no longer.
 */
export function findShipmentOfAnyTenant(
  { db }: { readonly db: Pick<TrackingDeps['db'], 'pipeline'> },
  id: string,
): Promise<Shipment | null> {
  return shipmentById(db.pipeline, id);
}

/** Changes attributes and says so in the log, with what they were before. Null when not found. */
export async function patchShipment(
  deps: TrackingDeps,
  tenant: Tenant,
  id: string,
  patch: ShipmentPatch,
): Promise<Shipment | null> {
  return withLocked(deps, tenant, id, async (tx, shipment, siblings) => {
    const { personal, ...attributes } = patch;
    const required = attributes.requireProof ?? shipment.requireProof;
    const before = openPersonal(shipment.sealedPersonal, deps.sealer);
    const after = withPin({ ...before, ...personal }, required, deps.randomBytes);
    const changed: Shipment = {
      ...shipment,
      ...attributes,
      ...((personal || after.pin !== before.pin) && {
        sealedPersonal: sealPersonal(after, tenant, deps),
      }),
      ...(personal?.destination === undefined
        ? {}
        : { destinationZone: destinationZone({ destination: personal.destination }) }),
      updatedAtMs: deps.clock.nowMs(),
    };
    const change = attributeChange(shipment, changed, personal !== undefined);
    if (change === null) return shipment;
    await updateAttributes(tx, changed);
    const recorded = await record(tx, deps.context(), [
      {
        ...shipment,
        shipments: siblings.map((each) => (each.id === id ? changed : each)),
        reports: [],
        announce: new Map([[id, change]]),
      },
    ]);
    return recorded.find((each) => each.id === id) ?? changed;
  });
}

/**
 * Stops following: gone from every list and page, and nothing that was known of it can be read any
 * more (`eraseShipment`). So do parcels that are followed only because this one named them, such as
 * the one that brings it back; those first, so that whoever tries again finds the rest. False when
 * not found.
 *
 * A parcel whose period has ended may lie in the archive and nowhere else: there it is erased, too.
 *
 * @param isArchived it goes because its period has ended, and stays in the archive.
 */
export async function deleteShipment(
  deps: TrackingDeps,
  tenant: Tenant,
  id: string,
  { isArchived = false }: { readonly isArchived?: boolean } = {},
): Promise<boolean> {
  if ((await findShipment(deps, tenant, id)) === null) return deleteArchived(deps, tenant, id);
  for (const child of await followedBecauseOf(deps.db.pipeline, id)) {
    await deleteShipment(deps, tenant, child, { isArchived });
  }
  const deleted = await withLocked(deps, tenant, id, async (tx, shipment, siblings) => {
    const nowMs = deps.clock.nowMs();
    const gone: Shipment = { ...shipment, sealedPersonal: null, deletedAtMs: nowMs };
    const recorded = await record(tx, deps.context(), [
      {
        ...shipment,
        shipments: siblings.map((each) => (each.id === id ? gone : each)),
        reports: [],
        announce: new Map([[id, { type: 'shipment.deleted', previousAttributes: {} }]]),
      },
    ]);
    const last = recorded.find((each) => each.id === id) ?? gone;
    const others = siblings.filter((each) => each.id !== id);
    await eraseShipment(tx, last, others, { nowMs, sealer: deps.sealer, isArchived });
    return true;
  });
  return deleted ?? false;
}

/** Erases what the archive holds of the tenant's shipment. False when that is nothing. */
async function deleteArchived(deps: TrackingDeps, tenant: Tenant, id: string): Promise<boolean> {
  const owner = await withTenant(deps.db.app, tenant, (tx) => ownerOfArchived(tx, id));
  if (owner === null) return false;
  const nowMs = deps.clock.nowMs();
  const erased = await withTransaction(deps.db.pipeline, async (tx) => {
    if ((await eraseArchived(tx, id, nowMs)) === 0) return false;
    await noteErasure(tx, id, nowMs);
    return true;
  });
  // It was restored at the same moment.
  if ((await findShipment(deps, tenant, id)) !== null) return deleteShipment(deps, tenant, id);
  return erased;
}

/**
 * Runs `work` under the shard's lock with the shipment as it is then, and all others of its
 * number. Whether the tenant may see it is decided under row-level security first; only then does
 * the pipeline's role come in.
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
