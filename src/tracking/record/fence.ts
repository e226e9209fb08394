import type { ShipmentEventType } from '../../events/event.ts';
import { groupEventTypes } from '../../events/event-types.ts';

/** The latest restore from a backup, as recording has to know it. */
export interface Fence {
  /** Sequences of events go on above it. */
  readonly sequenceFloor: number;
  /** What happened to a parcel before this instant may have been told by the hub that was lost. */
  readonly untilMs: number;
  readonly restoredAtMs: number;
}

/**
 * So long after a restore carriers have been asked about everything again (the ceiling of polling is
 * hours), and dates, cases and silences have been worked out anew from it.
 */
export const SETTLING_MS = 86_400_000;

/** Somebody has just done that, and wants to see that it took effect. */
const TYPES = groupEventTypes({
  doneNow: [
    'shipment.created',
    'shipment.updated',
    'shipment.deleted',
    'delivery_request.resolved',
  ],
  possibleRepeats: [
    'shipment.status_changed',
    'shipment.corrected',
    'shipment.delivered',
    'shipment.confirmed',
    'shipment.edd_changed',
    'shipment.tracking_updated',
    'shipment.expired',
    'shipment.exception_opened',
    'shipment.exception_updated',
    'shipment.exception_resolved',
    'shipment.delay_predicted',
    'shipment.proof_added',
    'shipment.arriving',
    'shipment.assigned',
    'shipment.unassigned',
    'shipment.unassignable',
    'carrier_account.health_changed',
    'carrier_account.push_changed',
    'carrier_account.verification_changed',
    'webhook_endpoint.disabled',
    'courier.silent',
  ],
});

/**
 * Whether an event may repeat what was told before the hub was lost: then it is quiet, so that nobody
 * is told twice. That is what carriers tell anew of a parcel to which nothing has happened since, and
 * in the first day whatever else follows from that. Pure.
 *
 * @param lastEventAtMs when anything last happened to the parcel, with what is recorded now.
 * @param isHeard whether facts or reports are recorded with it.
 */
export function isPossibleRepeat(
  fence: Fence | null,
  type: ShipmentEventType,
  now: {
    readonly lastEventAtMs: number | null;
    readonly isReceived: boolean;
    readonly nowMs: number;
  },
): boolean {
  if (fence === null || TYPES.doneNow.has(type)) return false;
  if (now.lastEventAtMs !== null && now.lastEventAtMs >= fence.untilMs) return false;
  return (
    (now.isReceived && now.lastEventAtMs !== null) || now.nowMs < fence.restoredAtMs + SETTLING_MS
  );
}
