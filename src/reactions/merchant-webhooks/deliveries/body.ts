import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { type Event, erasedData } from '../../../events/event.ts';
import { entriesMax } from '../../../kernel/entries-max.ts';
import { standardHeaders, standardKey } from '../../../kernel/wire/standard-webhooks.ts';

/** An event in the form in which webhooks, the feed and `waybill listen` show it. */
export interface EventBody {
  readonly id: string;
  readonly type: string;
  readonly sequence: number;
  readonly previous_sequence: number | null;
  readonly occurred_at: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly previous_attributes: Readonly<Record<string, unknown>>;
}

type BodyEvent = Pick<Event, 'type' | 'sequence' | 'occurredAtMs' | 'data' | 'previousAttributes'>;

/**
 * The body of an event.
 *
 * @param previousSequence the sequence of the subject's previous event at the endpoint; null: none.
 */
export function eventBody(
  event: BodyEvent,
  id: string,
  previousSequence: number | null,
): EventBody {
  return {
    id,
    type: event.type,
    sequence: event.sequence,
    previous_sequence: previousSequence,
    occurred_at: new Date(event.occurredAtMs).toISOString(),
    data: event.data,
    previous_attributes: event.previousAttributes,
  };
}

/**
 * Returns a function that writes the same body for many endpoints: all but the first members are
 * serialized once. The bytes equal those of `eventBody`.
 */
export function bodyWriter(
  event: BodyEvent,
): (id: string, previousSequence: number | null) => Buffer {
  const type = JSON.stringify(event.type);
  const occurredAt = new Date(event.occurredAtMs).toISOString();
  const data = JSON.stringify(event.data);
  const previous = JSON.stringify(event.previousAttributes);
  const rest = `,"occurred_at":"${occurredAt}","data":${data},"previous_attributes":${previous}}`;
  return (id, previousSequence) =>
    Buffer.from(
      `{"id":"${id}","type":${type},"sequence":${event.sequence},"previous_sequence":${previousSequence}${rest}`,
      'utf8',
    );
}

/**
 * The body of a sent delivery, without the data of a subject that was erased since. Empty in the
 * format of another service, which has no event about nothing: such a delivery is not sent.
 */
export function erasedBody(sent: Uint8Array, subjectId: string): Buffer {
  const parsed: unknown = JSON.parse(Buffer.from(sent).toString('utf8'));
  const { id, type, sequence, previous_sequence, occurred_at } = parsed as EventBody;
  if (typeof sequence !== 'number') return Buffer.alloc(0);
  const remaining: EventBody = {
    id,
    type,
    sequence,
    previous_sequence,
    occurred_at,
    data: erasedData(subjectId),
    previous_attributes: {},
  };
  return Buffer.from(JSON.stringify(remaining), 'utf8');
}

/**
 * The id of an event at an endpoint, the same in every process: the event's time, then a hash of
 * both, as a UUIDv7. So a delivery cannot be created twice, and ids sort by time.
 */
export function deliveryIdOf(endpointId: string, eventId: string): string {
  const digest = hash('sha256', endpointId + eventId, 'hex');
  const time = eventId.slice(0, 13);
  const variant = '89ab'.charAt(Number.parseInt(digest.charAt(0), 16) % 4);
  return `${time}-7${digest.slice(1, 4)}-${variant}${digest.slice(4, 7)}-${digest.slice(7, 19)}`;
}

/** The headers of Standard Webhooks, with a signature for each secret. */
export function signedHeaders(
  id: string,
  body: Uint8Array,
  secrets: readonly string[],
  nowMs: number,
): Record<string, string> {
  return standardHeaders({ id, sentMs: nowMs, body }, secrets.map(keyOf));
}

/**
 * The maximum number of cached keys. They are decoded once, because some thousand signatures a
 * second are made with few secrets.
 */
const KEYS_MAX = 10_000;
const keys = new LRUCache<string, Buffer>(entriesMax(KEYS_MAX));

function keyOf(secret: string): Buffer {
  const known = keys.get(secret);
  if (known !== undefined) return known;
  const key = standardKey(secret);
  keys.set(secret, key);
  return key;
}
