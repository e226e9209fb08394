import type { BoardDelivery } from '../../deliveries/index.ts';
import type { Arrivals } from '../courier-map/stops-ahead.ts';

/** How pressing a delivery is; null: it is not. */
export type Urgency = 'late' | 'soon' | null;

const MINUTE_MS = 60_000;
/** A ready parcel may wait so long for a courier: the alert about the oldest one has this limit. */
const WAIT_MS = 10 * MINUTE_MS;
/** The recipient was promised as much: the later end of the window around an estimate. */
const TOLERANCE_MS = 20 * MINUTE_MS;
/** To find a courier, and the ride to the pickup, take so long at most. */
const SOON_MS = 30 * MINUTE_MS;

/**
 * By when a delivery has to be done, or have a courier: as requested, otherwise as its parcel is
 * ready or as its arrival was first estimated. Pure.
 */
export function dueOf({ row }: Pick<BoardDelivery, 'row'>): number {
  const { readyAtMs, openedAtMs, pickupToMs, deliveryToMs, arrivalAtMs } = row;
  if (deliveryToMs !== null) return deliveryToMs;
  if (row.state === 'open') return pickupToMs ?? Math.max(readyAtMs, openedAtMs) + WAIT_MS;
  return arrivalAtMs === null ? Number.POSITIVE_INFINITY : arrivalAtMs + TOLERANCE_MS;
}

/** Pure. */
export function urgencyOf(
  each: Pick<BoardDelivery, 'row' | 'trouble'>,
  arrivals: Arrivals,
  nowMs: number,
): Urgency {
  const lateMs = latenessOf(each, arrivals, nowMs);
  if (each.trouble !== null || lateMs > 0) return 'late';
  return lateMs + SOON_MS > 0 && each.row.state === 'open' ? 'soon' : null;
}

/** By how much a delivery is or will be late; negative: it is in time. Pure. */
export function latenessOf(
  each: Pick<BoardDelivery, 'row'>,
  arrivals: Arrivals,
  nowMs: number,
): number {
  return Math.max(nowMs, arrivals.get(each.row.shipmentId)?.atMs ?? nowMs) - dueOf(each);
}

/** The first that are due come first. Pure. */
export const byDue = (a: BoardDelivery, b: BoardDelivery) => {
  const [one, other] = [dueOf(a), dueOf(b)];
  return one === other ? 0 : one - other;
};
