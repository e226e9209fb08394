const MS_A_DAY = 86_400_000;
const MINUTE_MS = 60_000;
/** This century, as everywhere. */
export const FIRST_MS = Date.UTC(2000, 0, 1);
export const LAST_MS = Date.UTC(2100, 0, 1) - 1;

/** `2026-03-10T12:00:00Z`, at least to the second, with any offset. */
const ISO =
  /^(20\d\d)-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))$/;

/** The last day parsed: nearly all positions at a time are from one day. */
let lastDay = '';
let lastDayMs = 0;

/**
 * An instant as epoch milliseconds; null if it is none. Accepts ISO 8601 with Z or an offset, and
 * whole milliseconds since 1970.
 */
export function parseInstantMs(value: unknown): number | null {
  if (typeof value === 'number') {
    return Number.isInteger(value) && value >= FIRST_MS && value <= LAST_MS ? value : null;
  }
  if (typeof value !== 'string') return null;
  return inUtc(value) ?? anyOffset(value);
}

/**
 * `2026-03-10T12:00:00Z` and `2026-03-10T12:00:00.000Z`, which phones write, parsed without a
 * pattern.
 */
function inUtc(text: string): number | null {
  const hasMs = text.length === 24;
  if (!(hasMs || text.length === 20) || text.charCodeAt(text.length - 1) !== 90) return null;
  if (text[10] !== 'T' || text[13] !== ':' || text[16] !== ':' || (hasMs && text[19] !== '.')) {
    return null;
  }
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  if (!(hour < 24 && minute < 60 && second < 60)) return null;
  const ms = hasMs ? twoDigits(text, 20) * 10 + digit(text, 22) : 0;
  const dayMs = dayOf(text.slice(0, 10));
  const atMs = dayMs + ((hour * 60 + minute) * 60 + second) * 1_000 + ms;
  return Number.isNaN(atMs) ? null : atMs;
}

/** Epoch milliseconds of the start of a day; NaN for a day that does not exist. */
function dayOf(text: string): number {
  if (text === lastDay) return lastDayMs;
  const found = /^(20\d\d)-(\d\d)-(\d\d)$/.exec(text);
  if (found === null) return Number.NaN;
  const [, year, month, day] = found.map(Number) as [number, number, number, number];
  const dayMs = Date.UTC(year, month - 1, day);
  if (new Date(dayMs).getUTCDate() !== day || month > 12) return Number.NaN;
  lastDay = text;
  lastDayMs = dayMs;
  return dayMs;
}

function anyOffset(text: string): number | null {
  const found = ISO.exec(text);
  if (found === null) return null;
  const dayMs = dayOf(text.slice(0, 10));
  const [hour = 0, minute = 0, second = 0] = found.slice(4, 7).map(Number);
  if (hour > 23 || minute > 59 || second > 59) return null;
  const ms = Number((found[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const [aheadHours = 0, aheadMinutes = 0] = found.slice(9, 11).map((part) => Number(part ?? 0));
  if (aheadHours > 23 || aheadMinutes > 59) return null;
  const aheadMs = (aheadHours * 60 + aheadMinutes) * MINUTE_MS * (found[8] === '-' ? -1 : 1);
  const atMs = dayMs + ((hour * 60 + minute) * 60 + second) * 1_000 + ms - aheadMs;
  return Number.isNaN(atMs) || atMs < FIRST_MS - MS_A_DAY ? null : atMs;
}

function twoDigits(text: string, at: number): number {
  return digit(text, at) * 10 + digit(text, at + 1);
}

/** NaN if it is not a digit. */
function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - 48;
  return value >= 0 && value <= 9 ? value : Number.NaN;
}
