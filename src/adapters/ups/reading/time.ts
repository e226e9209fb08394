import { zoneOfPlace } from '../../../kernel/places/postal-zone.ts';
import { zoneOfCity } from '../../../kernel/places/us-city-zones.ts';
import {
  NO_TIME,
  type PlaceTime,
  parseOffset,
  wallClockMs,
} from '../../../kernel/time/place-time.ts';
import {
  placeTimeInZone,
  placeTimeWithOffset,
  placeTimeWithoutZone,
} from '../../../kernel/time/zoned-time.ts';
import type { ReportedPlace } from '../../contract/contract.ts';

/** The five members in which both dialects give the time. */
export interface WireTime {
  readonly date?: string | undefined;
  readonly time?: string | undefined;
  readonly gmtDate?: string | undefined;
  readonly gmtTime?: string | undefined;
  readonly gmtOffset?: string | undefined;
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/**
 * Local clock first, because both dialects have it; its offset is the given one, else the
 * difference to the GMT clock, else the place's zone. Without a local clock, the GMT one is moved
 * by the given offset, or stays in UTC.
 */
export function timeOf(wire: WireTime, place: ReportedPlace | null): PlaceTime {
  const offsetMin = parseOffset(wire.gmtOffset ?? '');
  const local = clockOf(wire.date, wire.time);
  const gmt = clockOf(wire.gmtDate, wire.gmtTime);
  if (local === null) return gmt === null ? NO_TIME : fromGmt(gmt, offsetMin ?? 0);
  const offset = offsetMin ?? differenceMin(local, gmt);
  if (offset !== null) return placeTimeWithOffset(local, 'second', offset);
  const zone = place === null ? null : (zoneOfPlace(place) ?? zoneOfCity(place));
  return zone === null
    ? placeTimeWithoutZone(local, 'second')
    : placeTimeInZone(local, 'second', zone, 'postal_code');
}

/** `20240423` and `091519` → `2024-04-23T09:15:19`; only the date when the clock is unreadable. */
export function clockOf(date: string | undefined, time: string | undefined): string | null {
  const day = dateOf(date);
  if (day === null) return null;
  const clock = clockText(time);
  const whole = clock === null ? day : `${day}T${clock}`;
  return wallClockMs(whole) === null ? day : whole;
}

/** `20240423` (or `2024-04-23`) → `2024-04-23`; null for unreal dates. */
export function dateOf(date: string | undefined): string | null {
  const m = /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(date ?? '');
  if (m === null) return null;
  const day = `${m[1]}-${m[2]}-${m[3]}`;
  return wallClockMs(day) === null ? null : day;
}

/** `091519`, `91519` (a leading zero lost: the description's own example) or `09:15:19`. */
function clockText(time: string | undefined): string | null {
  const m = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(time ?? '');
  if (m) return `${(m[1] ?? '').padStart(2, '0')}:${m[2]}:${m[3] ?? '00'}`;
  if (!/^\d{1,6}$/.test(time ?? '')) return null;
  const digits = (time ?? '').padStart(6, '0');
  return `${digits.slice(0, 2)}:${digits.slice(2, 4)}:${digits.slice(4)}`;
}

/** Offsets in use are quarters of an hour within 14 h; any other difference is an error in one. */
function differenceMin(local: string, gmt: string | null): number | null {
  if (gmt === null || local.length !== gmt.length || local.length === 10) return null;
  const minutes = ((wallClockMs(local) ?? 0) - (wallClockMs(gmt) ?? 0)) / MINUTE_MS;
  return minutes % 15 === 0 && Math.abs(minutes) <= 14 * 60 ? minutes : null;
}

function fromGmt(gmt: string, offsetMin: number): PlaceTime {
  const ms = wallClockMs(gmt);
  if (ms === null) return NO_TIME;
  // A bare GMT date cannot be moved to another place's calendar.
  if (gmt.length === 10) return placeTimeWithOffset(gmt, 'date', 0);
  const local = new Date(ms + (offsetMin % DAY_MINUTES) * MINUTE_MS).toISOString().slice(0, 19);
  return placeTimeWithOffset(local, 'second', offsetMin);
}
