import { isStatus } from '../kernel/status.ts';
import { withEstimatesOfToday } from './estimate.ts';
import type { AboutOf, Beside, Event, EventPlace } from './event.ts';
import { EVENT_TYPES, type EventType } from './event-types.ts';

/** An entry as the log hands it over: whatever JSON some version wrote. */
export interface StoredEntry extends EventPlace {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly previousAttributes: Readonly<Record<string, unknown>>;
}

/**
 * Reads an entry, once: all who consume the log get its result. Total. What identifies the subject is
 * checked and the rest is taken on trust, because our own append wrote it and each consumer reads
 * thousands a second (docs/decisions/0042-typed-events.md). Entries of older versions lack
 * members that came later; their names and estimates are brought to the form of today.
 */
export function readEntry(entry: StoredEntry): Event {
  const known = readBefore.get(entry);
  if (known !== undefined) return known;
  const event = eventOf(entry);
  readBefore.set(entry, event);
  return event;
}

/** Those who follow the log in one process are handed the same entries (log-tail.ts). */
const readBefore = new WeakMap<StoredEntry, Event>();

function eventOf(entry: StoredEntry): Event {
  const { type } = entry;
  const data = withEstimatesOfToday(entry.data);
  // The one place where JSON becomes an event: `kindOf` has looked at what each kind must have.
  return {
    about: kindOf(type, data),
    type,
    id: entry.id,
    tenant: entry.tenant,
    subjectId: entry.subjectId,
    sequence: entry.sequence,
    occurredAtMs: entry.occurredAtMs,
    recordedAtMs: entry.recordedAtMs,
    shard: entry.shard,
    position: entry.position,
    data,
    previousAttributes: withEstimatesOfToday(entry.previousAttributes),
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

/** What types of each name are about; of a name that `Event` does not have, the compiler finds nothing to put here. */
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

/** Whatever our own append wrote: cheaper than `Date.parse`, and as telling. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

const IS_READABLE: Readonly<Record<Family, (data: Data) => boolean>> = {
  shipment: (data) =>
    typeof data['id'] === 'string' &&
    typeof data['carrier'] === 'string' &&
    typeof data['tracking_number'] === 'string' &&
    isStatus(data['status']) &&
    typeof data['created_at'] === 'string' &&
    INSTANT.test(data['created_at']),
  carrier_account: (data) => typeof data['id'] === 'string' && typeof data['carrier'] === 'string',
  webhook_endpoint: (data) => typeof data['id'] === 'string',
  courier: (data) => typeof data['id'] === 'string' && typeof data['courier_id'] === 'string',
};

/** What some types tell beside the shipment: the member, and what it must have. */
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
