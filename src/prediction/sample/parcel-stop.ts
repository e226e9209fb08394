import { READ_STATUSES, type ReadStatus, STATUSES } from '../../kernel/status.ts';
import type { Moment } from './moment.ts';

/** A scan of a parcel between its hand-over and its delivery. */
export interface ParcelStop {
  readonly at: Moment;
  readonly status: ReadStatus;
  /** ISO 3166-1 alpha-2; empty if unknown. */
  readonly country: string;
  /** The building, else the city; empty if unknown. */
  readonly facility: string;
  /** The carrier's date at that moment, in days since 1970-01-01; null: none. */
  readonly estimateDay: number | null;
}

/** The maximum number of stops: older ones add nothing. */
export const STOPS_MAX = 40;

const PAST_HAND_OVER = new Set<ReadStatus>(
  STATUSES.slice(STATUSES.indexOf('picked_up'), STATUSES.indexOf('returning')),
);

/** The part of a parcel that decides which stops can be its own. */
interface Stopping {
  readonly handedOverAt: Moment;
  readonly deliveredAt?: Moment | null;
  readonly stops?: readonly ParcelStop[];
}

/**
 * The stops of a parcel by `nowMs`, oldest first, the newest at most `STOPS_MAX`: without
 * impossible ones (no time, not after the hand-over, not before the delivery, from the future),
 * without those that say nothing about its route, and without repeats.
 */
export function usableStops(
  { stops = [], handedOverAt, deliveredAt }: Stopping,
  nowMs: number,
): readonly ParcelStop[] {
  if (stops.length === 0) return [];
  const endMs = Math.min(nowMs, (deliveredAt?.instantMs ?? Infinity) - 1);
  const known = new Set<string>();
  return stops
    .filter(({ at, status, facility }) => {
      const isThen = at.instantMs > handedOverAt.instantMs && at.instantMs <= endMs;
      if (!isThen || !Number.isFinite(at.wallMs) || !PAST_HAND_OVER.has(status)) return false;
      const key = `${at.instantMs} ${status} ${facility}`;
      if (known.has(key)) return false;
      known.add(key);
      return true;
    })
    .sort(
      (a, b) =>
        a.at.instantMs - b.at.instantMs ||
        rankOf(a) - rankOf(b) ||
        (a.facility < b.facility ? -1 : 1),
    )
    .slice(-STOPS_MAX);
}

/** The rank of simultaneous scans, in the order in which a parcel meets them. */
function rankOf({ status }: ParcelStop): number {
  return READ_STATUSES.indexOf(status);
}
