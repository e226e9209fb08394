import type { ByEventType, Event } from '../../events/event.ts';
import { EVENT_TYPES, type EventType, isAboutShipment } from '../../events/event-types.ts';

/** Where what happens to parcels is written; null: nowhere. */
export interface RelayTopics {
  readonly status: string | null;
  readonly events: string | null;
}

/** What is written to a topic. */
export interface RelayRecord {
  readonly topic: string;
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timestampMs: number;
}

/** What is for whoever only wants to know where a parcel is: one topic less to sort. */
const IS_STATUS: ByEventType<boolean> = {
  'shipment.created': true,
  'shipment.status_changed': true,
  'shipment.corrected': true,
  'shipment.delivered': true,
  'shipment.confirmed': true,
  'shipment.edd_changed': false,
  'shipment.tracking_updated': false,
  'shipment.updated': false,
  'shipment.expired': true,
  'shipment.exception_opened': false,
  'shipment.exception_updated': false,
  'shipment.exception_resolved': false,
  'delivery_request.resolved': false,
  'shipment.delay_predicted': false,
  'shipment.proof_added': false,
  'shipment.arriving': false,
  'shipment.assigned': false,
  'shipment.unassigned': false,
  'shipment.unassignable': false,
  'shipment.deleted': true,
  'carrier_account.health_changed': false,
  'carrier_account.push_changed': false,
  'carrier_account.verification_changed': false,
  'webhook_endpoint.disabled': false,
  'courier.silent': false,
};
const STATUS_TYPES: ReadonlySet<string> = new Set(EVENT_TYPES.filter((type) => IS_STATUS[type]));

/** The types of one topic or the other, as the documents and schemas list them. */
export const RELAYED_TYPES: Readonly<Record<keyof RelayTopics, readonly EventType[]>> = {
  status: EVENT_TYPES.filter((type) => IS_STATUS[type]),
  events: EVENT_TYPES.filter(isAboutShipment),
};

/**
 * What is written of an event: of one about a parcel a record for each topic that takes it. A type that
 * this version does not know goes to the topic of all.
 */
export function recordsOf(event: Event, { status, events }: RelayTopics): RelayRecord[] {
  if (!isAboutShipment(event.type)) return [];
  const topics = [events, STATUS_TYPES.has(event.type) ? status : null];
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

/** As merchants' webhooks spell it, and whose it is. */
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
