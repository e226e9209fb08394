import { wallClockMs } from '../../../kernel/time/place-time.ts';
import { type Moment, type ParcelStop, stopsFromJson } from '../../../prediction/index.ts';
import type { ParcelSnapshot, TimelineEvent } from '../../../tracking/index.ts';

const DAY_MS = 86_400_000;
const FACILITY_CHARS_MAX = 60;

/** An event as a stop on a parcel's journey; the carrier's estimate at that time is added later. */
export function parcelStop({ status, place }: TimelineEvent, at: Moment): ParcelStop {
  const name = (place?.facility ?? place?.city ?? place?.postalCode ?? '').trim().toUpperCase();
  return {
    at,
    status,
    country: place?.country ?? '',
    estimateDay: null,
    facility: name.slice(0, FACILITY_CHARS_MAX),
  };
}

/**
 * The same stops, each with the carrier's date when the stop was first known: as stored then, and
 * today's for the newest stop if that is new. For older new stops it is unknown.
 *
 * @param stored the stops from the table; may be anything.
 */
export function withEstimates(
  stops: readonly ParcelStop[],
  stored: unknown,
  { shipment }: Pick<ParcelSnapshot, 'shipment'>,
): ParcelStop[] {
  const known = new Map(stopsFromJson(stored).map((stop) => [keyOf(stop), stop.estimateDay]));
  const date = shipment.state.estimatedDelivery?.date ?? null;
  const ms = date === null ? null : wallClockMs(date);
  const today = ms === null ? null : Math.floor(ms / DAY_MS);
  return stops.map((stop, nr) => {
    const key = keyOf(stop);
    const isNewest = nr === stops.length - 1;
    return { ...stop, estimateDay: known.get(key) ?? (isNewest && !known.has(key) ? today : null) };
  });
}

function keyOf({ at, status }: ParcelStop): string {
  return `${status} ${at.instantMs}`;
}
