import type { Status } from '../../../kernel/status.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { withTransaction } from '../../../platform/database/database.ts';
import {
  type CommandOutcome,
  commandShipment,
  findShipment,
} from '../../../tracking/ports/shipments.ts';
import { everHeld, holdAssigned } from '../../couriers/index.ts';
import type { DeliveriesDeps } from '../deps.ts';
import { deliveryById } from '../store/deliveries.sql.ts';
import { wasPickedUp } from '../views.ts';
import { endDelivery } from './assign.ts';

interface DeliveryCommand {
  readonly status: Status;
  readonly subStatus: string | null;
  /** When it happened, epoch ms; null: now. */
  readonly atMs: number | null;
  readonly note: string | null;
  readonly apiKeyId: string;
}

export type DeliveryCommandOutcome =
  | CommandOutcome
  /** The delivery has no courier, so nobody can have picked it up. */
  | { readonly kind: 'no_courier' };

/**
 * Carries out a merchant's command on behalf of the courier. As for every command, the transition
 * table decides, and custody changes accordingly. A pickup also sets the parcel out for delivery,
 * in the same transaction.
 */
export async function commandDelivery(
  deps: DeliveriesDeps,
  tenant: Tenant,
  shipmentId: string,
  { status, subStatus, atMs, note, apiKeyId }: DeliveryCommand,
): Promise<DeliveryCommandOutcome> {
  const { tracking, db, clock } = deps;
  const shipment = await findShipment(tracking, tenant, shipmentId);
  const row = shipment && (await deliveryById(db.pipeline, shipmentId));
  if (shipment === null || row === null) return { kind: 'not_found' };
  const isPickup =
    (status === 'picked_up' || status === 'out_for_delivery') &&
    !(await wasPickedUp(db.pipeline, shipment));
  if (isPickup && row.state !== 'assigned') return { kind: 'no_courier' };
  const command = { status, subStatus, occurredAtMs: atMs, note, apiKeyId };
  const outcome = await commandShipment(tracking, tenant, shipmentId, {
    ...command,
    ...(isPickup && pickupFrom(shipment.state.status)),
  });
  if (outcome.kind !== 'done') return outcome;
  await withTransaction(db.pipeline, async (tx) => {
    if (isPickup) {
      await holdAssigned(tx, tenant, shipment.trackingNumber, atMs ?? clock.nowMs());
    }
    if (status === 'cancelled' || status === 'returned_to_sender')
      await endDelivery(deps, tx, tenant, shipmentId);
  });
  return outcome;
}

/** The transition table allows `exception` to `out_for_delivery`, but not to `picked_up`. */
function pickupFrom(current: Status): { readonly [Part in 'andThen' | 'status']?: Status } {
  return current === 'exception' ? { status: 'out_for_delivery' } : { andThen: 'out_for_delivery' };
}

export type CancelOutcome =
  | { readonly kind: 'cancelled' }
  /** A courier held the parcel, and is now to bring it back. */
  | { readonly kind: 'recalled' }
  | Exclude<DeliveryCommandOutcome, { kind: 'done' | 'no_courier' | 'proof_missing' }>;

/**
 * Cancels a delivery: before the pickup it ends; after it, the courier brings the parcel back.
 * Idempotent.
 */
export async function cancelDelivery(
  deps: DeliveriesDeps,
  tenant: Tenant,
  shipmentId: string,
  by: { readonly apiKeyId: string; readonly note: string | null },
): Promise<CancelOutcome> {
  const shipment = await findShipment(deps.tracking, tenant, shipmentId);
  if (shipment === null) return { kind: 'not_found' };
  const { status: current } = shipment.state;
  if (current === 'cancelled') return { kind: 'cancelled' };
  if (current === 'returning') return { kind: 'recalled' };
  const { pipeline } = deps.db;
  // A parcel that was never picked up is still with its sender: its cancellation is complete.
  if (current === 'returned_to_sender' && (await everHeld(pipeline, [shipmentId])).size === 0) {
    return { kind: 'cancelled' };
  }
  const status = (await wasPickedUp(pipeline, shipment))
    ? 'returning'
    : current === 'exception'
      ? 'returned_to_sender'
      : 'cancelled';
  const outcome = await commandDelivery(deps, tenant, shipmentId, {
    status,
    subStatus: null,
    atMs: null,
    ...by,
  });
  if (outcome.kind === 'done') return { kind: status === 'returning' ? 'recalled' : 'cancelled' };
  if (outcome.kind === 'no_courier' || outcome.kind === 'proof_missing') {
    throw new Error(`a cancellation was answered with ${outcome.kind}`);
  }
  return outcome;
}
