import type { NewEntry, ParcelView, RouteView } from '../../driver/index.ts';

const DONE: ReadonlySet<ParcelView['shown']> = new Set(['to_load', 'delivered', 'returned']);

/** The parcels that the courier still holds. */
export function inHand(route: RouteView | null): readonly ParcelView[] {
  const parcels = route?.stops.flatMap((stop) => stop.parcels) ?? [];
  return parcels.filter(
    ({ shown, state, isWaiting }) => !DONE.has(shown) && (state !== 'done' || isWaiting),
  );
}

/**
 * What to record when parcels are handed in at a building: a scan for each, as if the building had
 * scanned them itself.
 *
 * @param label its name in the queue.
 */
export function handInEntries(
  parcels: readonly Pick<ParcelView, 'shipment_id' | 'tracking_number'>[],
  facility: string,
  label: string,
): readonly NewEntry[] {
  return parcels.map(({ shipment_id: id, tracking_number }) => ({
    event: { type: 'scan', tracking_number, code: 'ARRIVE', facility_code: facility.trim() },
    label: `${tracking_number}: ${label}`,
    marks: { shipmentIds: [id], state: 'returned' },
  }));
}
