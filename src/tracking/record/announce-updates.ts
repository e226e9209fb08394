import type { EventExtraOf, PreviousShipment, ShipmentEventType } from '../../events/event.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { type Queryable, withTenant } from '../../platform/database/database.ts';
import { withShard, withShards } from '../../platform/event-log/event-log.ts';
import type { Shipment } from '../shipment.ts';
import { shipmentById, shipmentsByIds, shipmentsByNumber } from '../shipments.sql.ts';
import type { TrackingDeps } from '../tracking.ts';
import type { Change } from './changes.ts';
import type { NumberUpdate } from './plan-update.ts';
import { record } from './record.ts';

/** An update of a shipment that a reaction announces to all consumers of the log. */
export type ShipmentUpdate = {
  [Type in AnnouncedType]: {
    readonly type: Type;
    /** Merged into the shipment's members in the entry, such as `{case: {…}}`; nothing personal. */
    readonly also: EventExtraOf<Type>;
    readonly previousAttributes?: PreviousShipment;
  };
}[AnnouncedType];

type AnnouncedType = Extract<
  ShipmentEventType,
  | 'shipment.exception_opened'
  | 'shipment.exception_updated'
  | 'shipment.exception_resolved'
  | 'delivery_request.resolved'
  | 'shipment.delay_predicted'
  | 'shipment.proof_added'
  | 'shipment.arriving'
  | 'shipment.assigned'
  | 'shipment.unassigned'
  | 'shipment.unassignable'
>;

/**
 * Appends events about a shipment to the log, under the lock of its shard. `decide` gets the
 * current shipment and writes the reaction's own rows in the same transaction (role
 * `waybill_pipeline`), so that both are stored or neither is; it returns null when there is nothing
 * to announce. Several events are appended in the given order. Returns the result of `decide`, and
 * null also when the tenant has no such shipment.
 */
export async function announceUpdates<Updates extends ShipmentUpdate | readonly ShipmentUpdate[]>(
  deps: TrackingDeps,
  tenant: Tenant,
  shipmentId: string,
  decide: (tx: Queryable, shipment: Shipment) => Promise<Updates | null>,
): Promise<Updates | null> {
  const visible = await withTenant(deps.db.app, tenant, (tx) => shipmentById(tx, shipmentId));
  if (visible === null) return null;
  return withShard(deps.db.pipeline, visible.shard, async (tx) => {
    const siblings = await shipmentsByNumber(tx, [visible]);
    const shipment = siblings.find(({ id }) => id === shipmentId);
    if (shipment === undefined) return null;
    const update = await decide(tx, shipment);
    if (update === null) return null;
    const changes = [update].flat().map(changeOf);
    if (changes.length === 0) return null;
    await record(tx, deps.context(), [
      {
        ...shipment,
        kind: 'changed',
        shipments: siblings,
        changes: new Map([[shipmentId, changes]]),
      },
    ]);
    return update;
  });
}

/**
 * Appends events about several shipments in one transaction, under the locks of all their shards:
 * one event for each shipment for which `decide` returns an update. `decide` is not called when the
 * tenant has none of the shipments.
 */
export async function announceUpdatesForMany(
  deps: TrackingDeps,
  tenant: Tenant,
  shipmentIds: readonly string[],
  decide: (
    tx: Queryable,
    shipments: ReadonlyMap<string, Shipment>,
  ) => Promise<ReadonlyMap<string, ShipmentUpdate>>,
): Promise<void> {
  const visible = await withTenant(deps.db.app, tenant, (tx) => shipmentsByIds(tx, shipmentIds));
  if (visible.length === 0) return;
  const ids = new Set(visible.map(({ id }) => id));
  const shards = visible.map(({ shard }) => shard);
  await withShards(deps.db.pipeline, shards, async (tx) => {
    const byNumber = new Map<string, Shipment[]>();
    const numbers = new Map(visible.map((each) => [numberOf(each), each]));
    for (const shipment of await shipmentsByNumber(tx, [...numbers.values()])) {
      const siblings = byNumber.get(numberOf(shipment)) ?? [];
      siblings.push(shipment);
      byNumber.set(numberOf(shipment), siblings);
    }
    const affected = [...byNumber.values()].flat().filter(({ id }) => ids.has(id));
    const updates = await decide(tx, new Map(affected.map((shipment) => [shipment.id, shipment])));
    const numberUpdates = [...byNumber.values()].flatMap(
      (siblings) => toNumberUpdate(siblings, updates) ?? [],
    );
    if (numberUpdates.length > 0) await record(tx, deps.context(), numberUpdates);
  });
}

function numberOf({ carrier, trackingNumber }: Shipment): string {
  return `${carrier} ${trackingNumber}`;
}

/** Returns the update for one number; null when there is nothing to announce. */
function toNumberUpdate(
  shipments: readonly Shipment[],
  updates: ReadonlyMap<string, ShipmentUpdate>,
): NumberUpdate | null {
  const changes = new Map(
    shipments.flatMap(({ id }) => {
      const update = updates.get(id);
      return update === undefined ? [] : [[id, [changeOf(update)]] as const];
    }),
  );
  const [one] = shipments;
  if (one === undefined || changes.size === 0) return null;
  const { carrier, trackingNumber } = one;
  return { kind: 'changed', carrier, trackingNumber, shipments, changes };
}

/** Returns a reaction's update as an entry for the log. */
export function changeOf({ type, also, previousAttributes = {} }: ShipmentUpdate): Change {
  return { type, also, previousAttributes };
}
