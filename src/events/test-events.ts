import type { EventExtraOf, LoggedShipment, ShipmentEventOf, ShipmentEventType } from './event.ts';
import type { StoredEntry } from './read-entry.ts';
import { attributeMembers, NO_ATTRIBUTES } from './shipment-attributes.ts';
import type { ShipmentView } from './shipment-view.ts';

/** A Tuesday noon. */
const AT_MS = Date.parse('2026-03-10T12:00:00.000Z');
const ID = '01930000-0000-7000-8000-0000000000aa';

/** Returns a shipment as in the API: in transit, otherwise empty; pass what matters to the test. */
export function aShipment(more: Partial<ShipmentView> = {}): ShipmentView {
  return {
    id: ID,
    carrier: 'acme',
    tracking_number: 'ACME1',
    tracking_url: '/track/acme/ACME1',
    mode: 'test',
    status: 'in_transit',
    sub_status: null,
    confirmed: true,
    estimated_delivery: null,
    delivered_at: null,
    last_event_at: '2026-03-10T12:00:00.000Z',
    time_zone: 'UTC',
    expired: false,
    pieces: null,
    order_id: null,
    ...attributeMembers(NO_ATTRIBUTES),
    created_at: '2026-03-10T12:00:00.000Z',
    updated_at: '2026-03-10T12:00:00.000Z',
    ...more,
  };
}

/** Returns an estimate as in the API: that whole day, as the carrier gave it. */
export function anEstimate(
  date: string,
  more: Partial<NonNullable<ShipmentView['estimated_delivery']>> = {},
): NonNullable<ShipmentView['estimated_delivery']> {
  return {
    date,
    from: null,
    to: null,
    from_local: date,
    to_local: date,
    precision: 'day',
    time_zone: null,
    zone_source: 'none',
    source: 'carrier',
    confidence: null,
    ...more,
  };
}

/** The parts of an event that a test sets; `data` is merged into `aShipment()`. */
type EventParts<Type extends ShipmentEventType> = Partial<
  Omit<ShipmentEventOf<Type>, 'about' | 'type' | 'data'>
> &
  (unknown extends EventExtraOf<Type>
    ? { readonly data?: Partial<LoggedShipment> }
    : { readonly data: Partial<LoggedShipment> & EventExtraOf<Type> });

/** An event as consumers of the log get it. */
export function anEvent<Type extends ShipmentEventType>(
  type: Type,
  ...[parts]: unknown extends EventExtraOf<Type> ? [EventParts<Type>?] : [EventParts<Type>]
): ShipmentEventOf<Type> {
  return { ...anEntry({ ...parts, type }), about: 'shipment', type } as ShipmentEventOf<Type>;
}

/** An entry as the log returns it, of any type and with any data; by default of `aShipment()`. */
export function anEntry({ data, ...more }: Partial<StoredEntry> = {}): StoredEntry {
  return {
    id: '01930000-0000-7000-8000-0000000000e1',
    subjectId: ID,
    sequence: 1,
    tenant: { merchantId: '01930000-0000-7000-8000-00000000000c', mode: 'test' },
    occurredAtMs: AT_MS,
    recordedAtMs: AT_MS,
    shard: 7,
    position: 1n,
    type: 'shipment.status_changed',
    previousAttributes: {},
    ...more,
    data: { ...aShipment({ id: more.subjectId ?? ID }), ...data },
  };
}
