import { isStatus } from '../kernel/status.ts';
import type { AboutOf, Event, EventExtra, EventPlace } from './event.ts';
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
  const known = parsedEvents.get(entry);
  if (known !== undefined) return known;
  const event = parseEntry(entry);
  parsedEvents.set(entry, event);
  return event;
}

/**
 * The events parsed before: all consumers of the log in one process get the same entries
 * (log-tail.ts).
 */
const parsedEvents = new WeakMap<StoredEntry, Event>();

function parseEntry(entry: StoredEntry): Event {
  const { type, data } = entry;
  const about = subjectKind(type, data);
  // The only place where JSON becomes an event: `subjectKind` has checked what each kind requires.
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
type SubjectKind = Exclude<Event['about'], 'erased' | 'unknown'>;

/**
 * Returns what an entry is about; `unknown` if its type is unknown, or its data lack what the type
 * requires.
 */
function subjectKind(type: string, data: Data): Event['about'] {
  const kind = SUBJECT_KINDS.get(type);
  if (kind === undefined) return 'unknown';
  if (data['deleted'] === true) return 'erased';
  return IS_READABLE[kind](data) && hasRequiredExtra(type, data) ? kind : 'unknown';
}

/**
 * What events are about, by the word before the dot in their type. The compiler requires a line for
 * every such word.
 */
const ABOUT: { readonly [Name in EventName]: AboutOf<Extract<EventType, `${Name}.${string}`>> } = {
  shipment: 'shipment',
  delivery_request: 'shipment',
  carrier_account: 'carrier_account',
  webhook_endpoint: 'webhook_endpoint',
  shop: 'shop',
  courier: 'courier',
};
type EventName = EventType extends `${infer Name}.${string}` ? Name : never;
const SUBJECT_KINDS: ReadonlyMap<string, SubjectKind> = new Map(
  EVENT_TYPES.map((type) => [type, ABOUT[type.slice(0, type.indexOf('.')) as EventName]]),
);

/**
 * The form of every time that the hub's own append writes: cheaper to check than `Date.parse`, and
 * just as reliable.
 */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

const IS_READABLE: Readonly<Record<SubjectKind, (data: Data) => boolean>> = {
  shipment: (data) =>
    ['string', 'undefined'].includes(typeof data['id']) &&
    typeof data['carrier'] === 'string' &&
    typeof data['tracking_number'] === 'string' &&
    isStatus(data['status']) &&
    typeof data['created_at'] === 'string' &&
    INSTANT.test(data['created_at']),
  carrier_account: (data) => typeof data['id'] === 'string' && typeof data['carrier'] === 'string',
  webhook_endpoint: (data) => typeof data['id'] === 'string',
  shop: (data) => typeof data['id'] === 'string',
  courier: (data) => typeof data['id'] === 'string' && typeof data['courier_id'] === 'string',
};

/** The extra member of events of some types, and the string property that it must contain. */
const EXTRA: Readonly<
  Record<keyof EventExtra, readonly [member: string, requiredProperty: string]>
> = {
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
const EXTRA_OF = new Map(Object.entries(EXTRA));

function hasRequiredExtra(type: string, data: Data): boolean {
  const extra = EXTRA_OF.get(type);
  if (extra === undefined) return true;
  const [member, requiredProperty] = extra;
  const value = data[member];
  if (typeof value !== 'object' || value === null) return false;
  return typeof Object.getOwnPropertyDescriptor(value, requiredProperty)?.value === 'string';
}
