import { type PlaceTime, parseOffset, wallClockMs } from '../../../kernel/time/place-time.ts';
import {
  placeTimeInZone,
  placeTimeWithOffset,
  placeTimeWithoutZone,
} from '../../../kernel/time/zoned-time.ts';
import type { TrackingEvent } from '../schema.ts';

const MINUTE_MS = 60_000;

/**
 * When an event happened. `eventTimestamp` is the wall clock at the place; a trailing `Z` on it
 * is not UTC (an example in USPS/api-examples gives 07:31Z for "7:31 am" in Virginia).
 * `GMTTimestamp` carries the UTC clock under the *local* date in captured answers, a day off
 * each evening, so that only its seconds are believed. Without `GMTOffset` the zone of the place
 * holds, and without that the time stays zone-less.
 */
export function readEventTime(event: TrackingEvent, zone: string | null): PlaceTime {
  const offsetMin = event.GMTOffset === null ? null : parseOffset(event.GMTOffset);
  const utc = clockOf(event.GMTTimestamp);
  const local = clockOf(event.eventTimestamp);
  if (local === null) return fromUtcAlone(utc, offsetMin);
  if (offsetMin !== null) {
    return placeTimeWithOffset(withSecondsOf(local, utc, offsetMin), 'second', offsetMin);
  }
  if (zone !== null) return placeTimeInZone(local, 'minute', zone, 'postal_code');
  return placeTimeWithoutZone(local, 'minute');
}

/** `YYYY-MM-DD[THH:mm[:ss]]` of whatever stands in front of fractions, `Z` or offset. */
function clockOf(text: string | null): string | null {
  const m = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?))?/.exec(text ?? '');
  if (!m?.[1]) return null;
  // Seconds are always zero in `eventTimestamp`: it counts minutes.
  const clock = m[2]?.replace(/^(\d{2}:\d{2}):00$/, '$1');
  const local = clock === undefined ? m[1] : `${m[1]}T${clock}`;
  return wallClockMs(local) === null ? null : local;
}

/** `local` to the second, when `utc` is the same minute of the hour and adds only seconds. */
function withSecondsOf(local: string, utc: string | null, offsetMin: number): string {
  const localMs = wallClockMs(local);
  const seconds = utc?.slice(16) ?? '';
  if (localMs === null || utc === null || seconds === '' || local.length !== 16) return local;
  const expected = new Date(localMs - offsetMin * MINUTE_MS).toISOString().slice(11, 16);
  return utc.slice(11, 16) === expected ? `${local}${seconds}` : local;
}

/** The UTC clock is used by itself only when there is no local one. */
function fromUtcAlone(utc: string | null, offsetMin: number | null): PlaceTime {
  if (utc === null || utc.length === 10) return placeTimeWithoutZone(utc ?? '', 'date');
  const utcMs = wallClockMs(utc);
  if (offsetMin === null || utcMs === null) return placeTimeWithOffset(utc, 'second', 0);
  const local = new Date(utcMs + offsetMin * MINUTE_MS).toISOString().slice(0, utc.length);
  return placeTimeWithOffset(local, 'second', offsetMin);
}
