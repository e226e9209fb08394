import { zoneNamed } from '../kernel/time/formatters.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** The most zones and hours cached; then the cache starts empty. */
const CACHED_MAX = 20_000;

const offsetsByZone = new Map<string, Map<number, number>>();
let cachedCount = 0;

/**
 * Returns the zone's offset in milliseconds east of UTC, read once per hour and zone: a scheduler
 * needs it for thousands of parcels at the same hours, and computing it takes far longer than a
 * decision may. Zones change their clocks on whole quarter hours and nearly always on whole hours
 * of UTC; for the rest the offset is up to an hour late. Unknown zones count as UTC.
 */
export function zoneOffsetMs(timeZone: string | null, atMs: number): number {
  if (timeZone === null || timeZone === 'UTC') return 0;
  const hour = Math.floor(atMs / HOUR_MS);
  let hours = offsetsByZone.get(timeZone);
  const cachedMs = hours?.get(hour);
  if (cachedMs !== undefined) return cachedMs;
  if (cachedCount >= CACHED_MAX) {
    offsetsByZone.clear();
    cachedCount = 0;
    hours = undefined;
  }
  if (hours === undefined) {
    hours = new Map();
    offsetsByZone.set(timeZone, hours);
  }
  const rules = zoneNamed(timeZone);
  const offsetMs = rules.isValid ? rules.offset(hour * HOUR_MS) * MINUTE_MS : 0;
  hours.set(hour, offsetMs);
  cachedCount += 1;
  return offsetMs;
}

/** Returns the local date at an instant, as days since 1970-01-01. */
export function localDay(timeZone: string | null, atMs: number): number {
  return Math.floor((atMs + zoneOffsetMs(timeZone, atMs)) / (24 * HOUR_MS));
}

/** Returns a date `YYYY-MM-DD` as days since 1970-01-01; null if it is none. */
export function dayOfDate(date: string): number | null {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date) ?? [];
  if (year === undefined) return null;
  return Math.round(Date.UTC(Number(year), Number(month) - 1, Number(day)) / (24 * HOUR_MS));
}
