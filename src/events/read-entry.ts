import { isStatus } from '../kernel/status.ts';
import type { AboutOf, Beside, Event, EventPlace } from './event.ts';
import { EVENT_TYPES, type EventType } from './event-types.ts';
import { wholeShipment } from './shipment-view.ts';

/** An entry as the log returns it: JSON written by any version. */
export interface StoredEntry extends EventPlace {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly previousAttributes: Readonly<Record<string, unknown>>;
}

/**
 * Parses an entry, once: all consumers of the log get the same result. Total. Only the
 * identification of the subject is checked; the rest is trusted, because the hub's own append wrote
 * it and each consumer reads thousands a second (docs/decisions/0042-typed-events.md). Entries of
 * older versions lack later members, unless these can be empty.
 */
export function readEntry(entry: StoredEntry): Event {
  const known = readBefore.get(entry);
  if (known !== undefined) return known;
  const event = eventOf(entry);
  readBefore.set(entry, event);
  return event;
}

/**
 * The events parsed before: all consumers of the log in one process get the same entries
 * (log-tail.ts).
 */
const readBefore = new WeakMap<StoredEntry, Event>();

function eventOf(entry: StoredEntry): Event {
  const { type, data } = entry;
  const about = kindOf(type, data);
  // The only place where JSON becomes an event: `kindOf` has checked what each kind requires.
  return {
    about,
    type,
    id: entry.id,
    tenant: entry.tenant,
    subjectId: entry.subjectId,
    sequence: entry.sequence,
    occurredAtMs: entry.occurredAtMs,
    recordedAtMs: entry.recordedAtMs,
    shard: entry.shard,
    position: entry.position,
    data: about === 'shipment' ? wholeShipment(data, entry) : data,
    previousAttributes: entry.previousAttributes,
  } as Event;
}

type Data = StoredEntry['data'];
type Family = Exclude<Event['about'], 'erased' | 'unknown'>;

function kindOf(type: string, data: Data): Event['about'] {
  const family = FAMILIES.get(type);
  if (family === undefined) return 'unknown';
  if (data['deleted'] === true) return 'erased';
  return IS_READABLE[family](data) && hasBeside(type, data) ? family : 'unknown';
}

/**
 * What types with each first word are about. For a word that `Event` does not have, the compiler
 * allows no value here.
 */
const ABOUT: { readonly [Name in EventName]: AboutOf<Extract<EventType, `${Name}.${string}`>> } = {
  shipment: 'shipment',
  delivery_request: 'shipment',
  carrier_account: 'carrier_account',
  webhook_endpoint: 'webhook_endpoint',
  courier: 'courier',
};
type EventName = EventType extends `${infer Name}.${string}` ? Name : never;
const FAMILIES: ReadonlyMap<string, Family> = new Map(
  EVENT_TYPES.map((type) => [type, ABOUT[type.slice(0, type.indexOf('.')) as EventName]]),
);

/**
 * The form of every time that the hub's own append writes: cheaper to check than `Date.parse`, and
 * just as reliable.
 */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

const IS_READABLE: Readonly<Record<Family, (data: Data) => boolean>> = {
  shipment: (data) =>
    ['string', 'undefined'].includes(typeof data['id']) &&
    typeof data['carrier'] === 'string' &&
    typeof data['tracking_number'] === 'string' &&
    isStatus(data['status']) &&
    typeof data['created_at'] === 'string' &&
    INSTANT.test(data['created_at']),
  carrier_account: (data) => typeof data['id'] === 'string' && typeof data['carrier'] === 'string',
  webhook_endpoint: (data) => typeof data['id'] === 'string',
  courier: (data) => typeof data['id'] === 'string' && typeof data['courier_id'] === 'string',
};

/** Additional data of some types: the member, and its required content. */
const BESIDE: Readonly<Record<keyof Beside, readonly [member: string, must: string]>> = {
  'shipment.exception_opened': ['case', 'id'],
  'shipment.exception_updated': ['case', 'id'],
  'shipment.exception_resolved': ['case', 'id'],
  'delivery_request.resolved': ['delivery_request', 'id'],
  'shipment.proof_added': ['proof', 'id'],
  'shipment.arriving': ['arriving', 'expected_at'],
  'shipment.assigned': ['courier', 'id'],
  'shipment.unassigned': ['courier', 'id'],
  'shipment.unassignable': ['delivery', 'id'],
};
const BESIDE_OF = new Map(Object.entries(BESIDE));

function hasBeside(type: string, data: Data): boolean {
  const beside = BESIDE_OF.get(type);
  if (beside === undefined) return true;
  const [member, must] = beside;
  const value = data[member];
  if (typeof value !== 'object' || value === null) return false;
  return typeof Object.getOwnPropertyDescriptor(value, must)?.value === 'string';
}
