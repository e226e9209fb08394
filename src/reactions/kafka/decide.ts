import { z } from 'zod';
import type { Event } from '../../events/event.ts';
import {
  EVENT_TYPES,
  type EventType,
  groupEventTypes,
  isAboutShipment,
} from '../../events/event-types.ts';
import { shipment } from '../../events/shipment-view.ts';
import { MODES } from '../../kernel/tenant.ts';
import { instant } from '../../kernel/time/time-kinds.ts';

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
    'shop.disabled',
    'shipment.delivery_withdrawn',
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

/**
 * The schema of a topic's values. More members and types may be added later: readers ignore those
 * they do not know.
 */
function relayedEvent(types: readonly EventType[]) {
  return z.looseObject({
    id: z.uuid().describe("The event's id; the same each time it is written."),
    type: z.string().meta({ description: 'New types may be added.', examples: [...types] }),
    sequence: z
      .int()
      .min(1)
      .describe(
        'Counts the events of the shipment: 1, 2, 3 … Drop what is not above the last one you handled.',
      ),
    merchant_id: z.uuid(),
    mode: z.enum(MODES),
    occurred_at: instant,
    data: z
      .looseObject({ ...shipment.partial().shape, id: z.uuid() })
      .describe(
        'The shipment right after the event, without personal data, and what else the type tells. `quiet: true` if stored history was read again and nothing happened. Of a deleted shipment only `id` and `deleted: true`.',
      ),
    previous_attributes: z
      .record(z.string(), z.unknown())
      .describe('The previous values of the members of `data` that changed.'),
  });
}

const TITLES: Readonly<Record<keyof RelayTopics, string>> = {
  status: 'A value of the topic status-events',
  events: 'A value of the topic shipment-events',
};

/**
 * The JSON schema of a topic's values. docs/kafka/ publishes it, and tests check values against it.
 */
export function relaySchema(topic: keyof RelayTopics): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(relayedEvent(RELAYED_TYPES[topic]), { io: 'output' });
  return { title: TITLES[topic], ...schema };
}

/** The schema to read values with. */
export const relayedValue = relayedEvent(RELAYED_TYPES.events);
