import type { BesideShipment, PreviousShipment, ShipmentEventType } from '../../events/event.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { type Queryable, withTenant } from '../../platform/database/database.ts';
import { withShard } from '../../platform/event-log/event-log.ts';
import type { Shipment } from '../shipment.ts';
import { shipmentById, shipmentsByNumber } from '../shipments.sql.ts';
import type { TrackingDeps } from '../tracking.ts';
import type { Change } from './changes.ts';
import { record } from './record.ts';

/** What a reaction found out about a shipment, for everybody who follows the log. */
export type ShipmentUpdate = {
  [Type in FoundOut]: {
    readonly type: Type;
    /** Laid over the shipment's own members in the entry, such as `{case: {…}}`; nothing personal. */
    readonly also: BesideShipment<Type>;
    readonly previousAttributes?: PreviousShipment;
  };
}[FoundOut];

type FoundOut = Extract<
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
 * Appends events about a shipment to the log, under the lock of its shard. `decide` is called with
 * the shipment as it is then and writes the reaction's own rows in the same transaction (role
 * `waybill_pipeline`), so that both are there or neither is; null: there is nothing to tell.
 * Answers what `decide` told, null also when the tenant has no such shipment. Several are told in
 * their order.
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
    const changes = [update]
      .flat()
      .map(
        ({ type, also, previousAttributes = {} }): Change => ({ type, also, previousAttributes }),
      );
    if (changes.length === 0) return null;
    await record(tx, deps.context(), [
      {
        ...shipment,
        shipments: siblings,
        reports: [],
        announce: new Map([[shipmentId, changes]]),
      },
    ]);
    return update;
  });
}
