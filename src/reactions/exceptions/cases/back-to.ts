import type { ShownEvent } from '../../../tracking/index.ts';

/** Where an exception may be resolved to. */
export const RESOLVED_TO = ['in_transit', 'at_facility', 'out_for_delivery'] as const;
export type ResolvedTo = (typeof RESOLVED_TO)[number];

type StatusEvent = Pick<ShownEvent, 'status'>;

/**
 * Where a parcel is once its trouble is over, from its timeline, newest event first: where it was
 * before. Never on a vehicle: only a carrier, or a person who says so, knows that it comes today; a
 * parcel that was out for delivery is back in its depot. Pure.
 */
export function backTo(events: readonly StatusEvent[]): ResolvedTo {
  for (const { status } of events) {
    if (status === 'in_transit' || status === 'at_facility') return status;
    if (status === 'picked_up') return 'in_transit';
    if (WAS_AT_DEPOT.has(status)) return 'at_facility';
  }
  return 'in_transit';
}

const WAS_AT_DEPOT: ReadonlySet<ShownEvent['status']> = new Set([
  'out_for_delivery',
  'delivery_attempted',
  'available_for_pickup',
]);

/** `YYYY-MM-DD` in a zone at an instant. */
export function dayIn(zone: string, atMs: number): string {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  return format.format(atMs);
}
