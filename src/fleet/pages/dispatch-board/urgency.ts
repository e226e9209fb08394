import { type BoardDelivery, promisedBy } from '../../deliveries/index.ts';

/** How pressing a delivery is; null: it is not. */
export type Urgency = 'late' | 'critical' | 'soon' | null;

const MINUTE_MS = 60_000;
/** A ready parcel may wait so long for a courier: the alert about the oldest one has this limit. */
const WAIT_MS = 10 * MINUTE_MS;
/** To find a courier, and the ride to the pickup, take so long at most. */
const SOON_MS = 30 * MINUTE_MS;
/** A courier who has less to spare is late after one closed road or long staircase. */
const TIGHT_MS = 10 * MINUTE_MS;
/** One red light can use up less. */
const CRITICAL_MS = 3 * MINUTE_MS;

/**
 * By when a delivery has to be done, or have a courier: as promised, or while it has none, as its
 * parcel is ready unless a time was requested. Pure.
 */
export function dueOf({ row }: Pick<BoardDelivery, 'row'>): number {
  const { readyAtMs, openedAtMs, pickupToMs, deliveryToMs } = row;
  if (row.state !== 'open') return promisedBy(row) ?? Number.POSITIVE_INFINITY;
  if (deliveryToMs !== null) return deliveryToMs;
  return pickupToMs ?? Math.max(readyAtMs, openedAtMs) + WAIT_MS;
}

/** Pure. */
export function urgencyOf(
  each: Pick<BoardDelivery, 'row' | 'trouble'>,
  etaMs: number | undefined,
  nowMs: number,
): Urgency {
  const lateMs = latenessOf(each, etaMs, nowMs);
  if (each.trouble !== null) return 'late';
  return urgencyAt(lateMs, each.row.state === 'open' ? SOON_MS : TIGHT_MS);
}

/** How pressing an arrival is that will be so late; negative: it has time to spare. Pure. */
export function urgencyAt(lateMs: number, tightMs = TIGHT_MS): Urgency {
  if (lateMs > 0) return 'late';
  if (lateMs + CRITICAL_MS > 0) return 'critical';
  return lateMs + tightMs > 0 ? 'soon' : null;
}

/** By how much a delivery is or will be late; negative: it is in time. Pure. */
export function latenessOf(
  each: Pick<BoardDelivery, 'row'>,
  etaMs: number | undefined,
  nowMs: number,
): number {
  return minutesBetween(dueOf(each), Math.max(nowMs, etaMs ?? nowMs));
}

/** The time between two clock times, which show no seconds: what readers subtract agrees. Pure. */
export function minutesBetween(fromMs: number, toMs: number): number {
  return MINUTE_MS * (Math.floor(toMs / MINUTE_MS) - Math.floor(fromMs / MINUTE_MS));
}

/** The first that are due come first. Pure. */
export const byDue = (a: BoardDelivery, b: BoardDelivery) => {
  const [one, other] = [dueOf(a), dueOf(b)];
  return one === other ? 0 : one - other;
};
