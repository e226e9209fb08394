import type { ShipmentEventType } from '../../events/event.ts';
import { groupEventTypes } from '../../events/event-types.ts';
import type { Fact, Observation } from '../facts/history.ts';

/** The latest restore from a backup, as far as recording needs it. */
export interface Fence {
  /** Sequences of events continue above it. */
  readonly sequenceFloor: number;
  /** Events of a parcel before this instant may already have been published by the lost hub. */
  readonly untilMs: number;
  readonly restoredAtMs: number;
}

/**
 * Time after a restore until its effects are over: every parcel has been polled again (the ceiling
 * is hours), and dates, cases and silent couriers have been recomputed from the result.
 */
export const SETTLING_MS = 86_400_000;

/**
 * Event types in four groups. `doneNow`: somebody has just done this and expects to see the effect.
 * `possibleRepeats`: may repeat what the lost hub already published. `certainty`: may repeat as well;
 * these events confirm a delivery, and the timer behind them may fire days later. `dates`: may
 * repeat as well, but a carrier also reports a new date without any scan, so a later one is new.
 */
const TYPES = groupEventTypes({
  doneNow: [
    'shipment.created',
    'shipment.updated',
    'shipment.deleted',
    'delivery_request.resolved',
  ],
  certainty: ['shipment.delivered', 'shipment.confirmed'],
  dates: ['shipment.edd_changed'],
  possibleRepeats: [
    'shipment.status_changed',
    'shipment.corrected',
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
    'shop.disabled',
    'shipment.delivery_withdrawn',
    'courier.silent',
  ],
});

/**
 * Whether an event may repeat something published before the hub was lost. It is then quiet, so
 * that nobody is notified twice. This applies to repeated reports on a parcel to which nothing has
 * happened since the backup and, on the first day, to everything that follows from them. Pure.
 *
 * @param lastEventAtMs when anything last happened to the parcel, including what is recorded now.
 * @param now.isReceived whether facts or reports are recorded with it.
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

/** The part of a fact that shows when it was moved here. */
interface ReceivedFact extends Pick<Fact, 'source'> {
  readonly observations: readonly Pick<Observation, 'receivedAtMs'>[];
}

/** When a parcel was moved here from another service; null: it was not. Pure. */
export function importedAt(facts: Iterable<ReceivedFact>): number | null {
  let importedAtMs: number | null = null;
  for (const { source, observations } of facts) {
    if (source !== 'imported') continue;
    for (const { receivedAtMs } of observations) {
      importedAtMs = Math.max(importedAtMs ?? receivedAtMs, receivedAtMs);
    }
  }
  return importedAtMs;
}

/**
 * Whether an event only repeats what another service knew when the parcel was moved from there. It
 * is then quiet: the carrier's own reports repeat the history, and timers find old problems on the
 * first day. Pure.
 *
 * @param importedAtMs see `importedAt`.
 * @param now.isReceived whether reports are recorded with it.
 */
export function isImportedHistory(
  importedAtMs: number | null,
  type: ShipmentEventType,
  now: {
    readonly lastEventAtMs: number | null;
    readonly isReceived: boolean;
    readonly nowMs: number;
  },
): boolean {
  if (importedAtMs === null || TYPES.doneNow.has(type)) return false;
  if (now.lastEventAtMs === null || now.lastEventAtMs >= importedAtMs) return false;
  if (now.nowMs < importedAtMs + SETTLING_MS || TYPES.certainty.has(type)) return true;
  return now.isReceived && !TYPES.dates.has(type);
}
