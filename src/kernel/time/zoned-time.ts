import { LRUCache } from 'lru-cache';
import type { IANAZone } from 'luxon';
import { entriesMax } from '../entries-max.ts';
import { zoneNamed } from './formatters.ts';
import {
  NO_TIME,
  type PlaceTime,
  parseOffset,
  type TimePrecision,
  wallClockMs,
  type ZoneSource,
} from './place-time.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * A wall clock in an IANA zone. Where the clock jumps, the offset in force *before* the change
 * applies, for both kinds of jump: a reading in the skipped hour is a clock not yet put forward,
 * and in a repeated hour the first pass is meant. The wall clock itself stays as the carrier wrote
 * it. An unknown zone name gives a time without a zone; an unreal date gives `NO_TIME`.
 *
 * `local` is `YYYY-MM-DD[THH:mm[:ss]]`; it is truncated to `precision`, or `precision` to it.
 */
export function placeTimeInZone(
  local: string,
  precision: TimePrecision,
  zone: string,
  zoneSource: ZoneSource,
): PlaceTime {
  const bare = placeTimeWithoutZone(local, precision);
  const wallMs = bare.local === null ? null : wallClockMs(bare.local);
  const rules = zoneNamed(zone);
  if (wallMs === null || !rules.isValid) return bare;
  return { ...bare, zoneSource, offsetMin: offsetAtWallClock(rules, wallMs), zone };
}

/**
 * `2026-11-19T20:16:00`: what the clocks of an IANA zone show at that instant; null: no such zone.
 */
export function wallClockAt(instant: string | number, zone: string): string | null {
  const rules = zoneNamed(zone);
  const ms = new Date(instant).getTime();
  if (!rules.isValid || Number.isNaN(ms)) return null;
  return new Date(ms + offsetAt(rules, ms) * MINUTE_MS).toISOString().slice(0, 19);
}

/** As {@link wallClockAt}; UTC where there is no such zone. */
export function localIn(zone: string, atMs: number): string {
  return wallClockAt(atMs, zone) ?? new Date(atMs).toISOString().slice(0, 19);
}

/** The calendar day in a zone at an instant, `2026-11-19`; in UTC where there is no such zone. */
export function dayIn(zone: string, atMs: number): string {
  return localIn(zone, atMs).slice(0, 10);
}

/** A wall clock for which the carrier gave the offset, in minutes east of UTC. */
export function placeTimeWithOffset(
  local: string,
  precision: TimePrecision,
  offsetMin: number,
): PlaceTime {
  const bare = placeTimeWithoutZone(local, precision);
  return bare.local === null ? bare : { ...bare, zoneSource: 'offset', offsetMin };
}

/** A wall clock in an unknown zone: no instant, only an interval of ±14 h. */
export function placeTimeWithoutZone(local: string, precision: TimePrecision): PlaceTime {
  if (precision === 'none' || wallClockMs(local) === null) return NO_TIME;
  const given: TimePrecision =
    local.length === 10 ? 'date' : local.length === 16 ? 'minute' : 'second';
  const coarser = LENGTHS[given] < LENGTHS[precision] ? given : precision;
  return { ...NO_TIME, local: local.slice(0, LENGTHS[coarser]), precision: coarser };
}

const LENGTHS: Readonly<Record<Exclude<TimePrecision, 'none'>, number>> = {
  date: 10,
  minute: 16,
  second: 19,
};

/**
 * ISO 8601 as carriers write it: `T` or a blank, seconds or none, fractions (dropped), offset as
 * `Z`, `+01`, `+0100`, `+01:00` or none, or a date alone. Null when it is not a real time.
 *
 * A `Z` is read as UTC; a carrier that labels local time with `Z` must cut it off first.
 */
export function placeTimeFromIso(text: string): PlaceTime | null {
  const m = ISO.exec(text.trim());
  if (!m?.[1]) return null;
  const [, date, hoursMinutes, seconds, offset] = m;
  const local = `${date}${hoursMinutes ? `T${hoursMinutes}` : ''}${seconds ? `:${seconds}` : ''}`;
  const bare = placeTimeWithoutZone(local, 'second');
  if (bare.local === null) return null;
  if (offset === undefined) return bare;
  const offsetMin = parseOffset(offset);
  return offsetMin === null ? null : placeTimeWithOffset(local, 'second', offsetMin);
}

const ISO =
  /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2})(?::(\d{2})(?:[.,]\d+)?)? ?([Zz]|[+-]\d{1,2}(?::?\d{2})?)?)?$/;

/**
 * Offsets a day before and a day after bracket any jump near `wallMs`; the earlier one holds
 * unless it would read back as another wall clock and the later one does not.
 */
function offsetAtWallClock(zone: IANAZone, wallMs: number): number {
  const before = offsetAt(zone, wallMs - DAY_MS);
  const after = offsetAt(zone, wallMs + DAY_MS);
  const holds = (offsetMin: number) => offsetAt(zone, wallMs - offsetMin * MINUTE_MS) === offsetMin;
  return !holds(before) && holds(after) ? after : before;
}

/**
 * Minutes east of UTC at an instant. Asking the runtime takes some 10 µs, and each fact needs it
 * four times: a day with the same offset at its beginning and end is cached as a whole, and only on
 * days of change each instant is computed. Before that year zones changed irregularly.
 */
export function offsetAt(zone: IANAZone, ms: number): number {
  if (ms < REMEMBERED_FROM_MS) return zone.offset(ms);
  const day = Math.floor(ms / DAY_MS);
  const offset = offsetAtMidnight(zone, day);
  return offset === offsetAtMidnight(zone, day + 1) ? offset : zone.offset(ms);
}

const REMEMBERED_FROM_MS = Date.UTC(1990, 0);
/** Midnights: two years of each zone that parcels of one hub pass. */
const REMEMBERED_MAX = 50_000;
const midnights = new LRUCache<string, number>(entriesMax(REMEMBERED_MAX));

function offsetAtMidnight(zone: IANAZone, day: number): number {
  const key = `${zone.name} ${day}`;
  const known = midnights.get(key);
  if (known !== undefined) return known;
  const offset = zone.offset(day * DAY_MS);
  midnights.set(key, offset);
  return offset;
}
