import { EVENT_TYPES, isAboutShipment } from '../kernel/event-types.ts';
import { isStatus } from '../kernel/status.ts';
import { withEstimatesOfToday } from './estimate.ts';
import type { Beside, Event, EventPlace } from './event.ts';

/** An entry as the log hands it over: whatever JSON some version wrote. */
export interface StoredEntry extends EventPlace {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly previousAttributes: Readonly<Record<string, unknown>>;
}

/**
 * Reads an entry, once: all who consume the log get its result. Total. What identifies the subject is
 * checked and the rest is taken on trust, because our own append wrote it and each consumer reads
 * thousands a second (docs/decisions/0042-the-shape-of-events.md). Entries of older versions lack
 * members that came later; their estimates are brought to the form of today.
 */
export function readEntry(entry: StoredEntry): Event {
  const data = withEstimatesOfToday(entry.data);
  // The one place where JSON becomes an event: `kindOf` has looked at what each kind must have.
  return {
    about: kindOf(entry.type, data),
    type: entry.type,
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

const FAMILIES: ReadonlyMap<string, Family> = new Map(
  EVENT_TYPES.map((type) => {
    const family = isAboutShipment(type) ? 'shipment' : type.slice(0, type.indexOf('.'));
    return [type, family as Family];
  }),
);

const IS_READABLE: Readonly<Record<Family, (data: Data) => boolean>> = {
  shipment: (data) =>
    typeof data['id'] === 'string' &&
    typeof data['carrier'] === 'string' &&
    typeof data['tracking_number'] === 'string' &&
    isStatus(data['status']) &&
    typeof data['created_at'] === 'string' &&
    !Number.isNaN(Date.parse(data['created_at'])),
  carrier_account: (data) => typeof data['id'] === 'string' && typeof data['carrier'] === 'string',
  webhook_endpoint: (data) => typeof data['id'] === 'string',
};

/** What some types tell beside the shipment, by its member. */
const BESIDE: ReadonlyMap<string, string> = new Map<keyof Beside, string>([
  ['shipment.exception_opened', 'case'],
  ['shipment.exception_updated', 'case'],
  ['shipment.exception_resolved', 'case'],
  ['delivery_request.resolved', 'delivery_request'],
]);

function hasBeside(type: string, data: Data): boolean {
  const member = BESIDE.get(type);
  if (member === undefined) return true;
  const told = data[member];
  return typeof told === 'object' && told !== null && 'id' in told && typeof told.id === 'string';
}
