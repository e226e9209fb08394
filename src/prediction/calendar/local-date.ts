import { zoneNamed } from '../../kernel/time/formatters.ts';
import { wallClockMs } from '../../kernel/time/place-time.ts';
import { offsetAt } from '../../kernel/time/zoned-time.ts';

/** `2026-11-20`: a local day. Text order is time order. */
export type LocalDate = string;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** The first of January 1970 was a Thursday. */
const FIRST_WEEKDAY = 3;

/** Whether the text is a real day of a plausible year, such as `2026-11-20`. */
export function isLocalDate(text: string): boolean {
  return text.length === 10 && /^(19[7-9]|20)/.test(text) && wallClockMs(text) !== null;
}

/** Days since 1970-01-01. Throws on an invalid date: check input with `isLocalDate` first. */
function dayNumber(date: LocalDate): number {
  const known = numbers.get(date);
  if (known !== undefined) return known;
  const ms = wallClockMs(date);
  if (ms === null) throw new RangeError(`"${date}" is not a date.`);
  return remember(ms / DAY_MS, date);
}

/**
 * The number of cached dates: ten years. Counting needs the same few weeks again and again, and a
 * lookup is faster than parsing and formatting a date.
 */
const REMEMBERED_MAX = 3_660;
const numbers = new Map<LocalDate, number>();
const dates = new Map<number, LocalDate>();

function remember(day: number, date: LocalDate): number {
  if (numbers.size >= REMEMBERED_MAX) {
    numbers.clear();
    dates.clear();
  }
  numbers.set(date, day);
  dates.set(day, date);
  return day;
}

/**
 * Returns the date `days` calendar days later, or earlier if negative. Throws on an invalid date.
 */
export function addDays(date: LocalDate, days: number): LocalDate {
  return dateOfNumber(dayNumber(date) + days);
}

/** The number of calendar days from one date to the other; negative when `to` is earlier. */
export function daysBetween(from: LocalDate, to: LocalDate): number {
  return dayNumber(to) - dayNumber(from);
}

export function weekdayOf(date: LocalDate): Weekday {
  const day = (((dayNumber(date) + FIRST_WEEKDAY) % 7) + 7) % 7;
  return WEEKDAYS[day] ?? 'mon';
}

/** Local date and time at an instant. An unknown zone counts as UTC. */
export function localTimeAt(
  ms: number,
  zone: string,
): { readonly date: LocalDate; readonly minutes: number } {
  const rules = zoneNamed(zone);
  const wallMs = ms + (rules.isValid ? offsetAt(rules, ms) : 0) * MINUTE_MS;
  const day = Math.floor(wallMs / DAY_MS);
  const minutes = Math.floor((wallMs - day * DAY_MS) / MINUTE_MS);
  return { date: dateOfNumber(day), minutes };
}

function dateOfNumber(day: number): LocalDate {
  const known = dates.get(day);
  if (known !== undefined) return known;
  const date = new Date(day * DAY_MS).toISOString().slice(0, 10);
  remember(day, date);
  return date;
}

/** `"17:30"` → 1050. */
export function minutesOfClock(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));
}

/** 1050 → `"17:30"`; the end of the day is `"23:59"`, as no clock shows 24:00. */
export function clockOfMinutes(minutes: number): string {
  const shown = Math.min(Math.max(Math.floor(minutes), 0), 1_439);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(shown / 60))}:${two(shown % 60)}`;
}

/** In the order of ISO 8601. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];
