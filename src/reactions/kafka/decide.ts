import type { Event } from '../../events/event.ts';
import {
  EVENT_TYPES,
  type EventType,
  groupEventTypes,
  isAboutShipment,
} from '../../events/event-types.ts';

/** The topics for parcel events; null: not written. */
export interface RelayTopics {
  readonly status: string | null;
  readonly events: string | null;
}

/** What is written to a topic. */
interface RelayRecord {
  readonly topic: string;
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timestampMs: number;
}

/** Separates events about a parcel's place, for readers that need only those. */
const TYPES = groupEventTypes({
  status: [
    'shipment.created',
    'shipment.status_changed',
    'shipment.corrected',
    'shipment.delivered',
    'shipment.confirmed',
    'shipment.expired',
    'shipment.deleted',
  ],
  others: [
    'shipment.edd_changed',
    'shipment.tracking_updated',
    'shipment.updated',
    'shipment.exception_opened',
    'shipment.exception_updated',
    'shipment.exception_resolved',
    'delivery_request.resolved',
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

/** The types of each topic, as listed in the documentation and schemas. */
export const RELAYED_TYPES: Readonly<Record<keyof RelayTopics, readonly EventType[]>> = {
  status: EVENT_TYPES.filter((type) => TYPES.status.has(type)),
  events: EVENT_TYPES.filter(isAboutShipment),
};

/**
 * The records for an event: for one about a parcel, a record for each topic that includes it. A
 * type unknown to this version goes to the topic of all events.
 */
export function recordsOf(event: Event, { status, events }: RelayTopics): RelayRecord[] {
  if (!isAboutShipment(event.type)) return [];
  const topics = [events, TYPES.status.has(event.type) ? status : null];
  const { merchantId, mode } = event.tenant;
  const value = eventText(event);
  return topics
    .filter((topic) => topic !== null)
    .map((topic) => ({
      topic,
      key: event.subjectId,
      value,
      headers: { type: event.type, merchant_id: merchantId, mode },
      timestampMs: event.recordedAtMs,
    }));
}

/** The event in the form of merchants' webhooks, with its owner. */
function eventText(event: Event): string {
  const { id, type, sequence, tenant, occurredAtMs, data, previousAttributes } = event;
  return JSON.stringify({
    id,
    type,
    sequence,
    merchant_id: tenant.merchantId,
    mode: tenant.mode,
    occurred_at: new Date(occurredAtMs).toISOString(),
    data,
    previous_attributes: previousAttributes,
  });
}
