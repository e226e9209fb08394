import { estimateLocals } from '../../../events/estimate.ts';
import { clockWords } from '../../../kernel/time/clock-words.ts';
import { dateFormat } from '../../../kernel/time/formatters.ts';
import { parseOffset } from '../../../kernel/time/place-time.ts';
import { wallClockAt } from '../../../kernel/time/zoned-time.ts';
import type { Frame } from './words.ts';

/**
 * Days and times in a message's language. They are always dates, never "today", because nobody
 * knows when the message will be read.
 */
export interface DayWords {
  /**
   * An estimate, such as `Thursday, March 12, between 9:00 AM and 12:00 PM`; null if it is none.
   */
  estimate(estimate: unknown): string | null;
  /** An instant in a zone, such as `Thursday, March 12, 2:14 PM`; null if either is missing. */
  moment(atMs: number | null, zone: string | null): string | null;
  /** A local time (`2026-03-12T14:14`), or its day alone, in the same form; null if it is none. */
  wallClock(local: string | null): string | null;
  /** A clock time, such as `9:00 AM` for `09:00`; null if it is none. */
  clock(time: string): string | null;
  /** Short names of the weekdays, from Monday on. */
  readonly weekdays: readonly string[];
}

/** @param locale BCP 47, of the same language as the words; another one would mix two languages. */
export function dayWords(frame: Pick<Frame, 'estimate' | 'moment'>, locale: string): DayWords {
  // The same clock format as on the page of the parcel.
  const said = clockWords(locale);
  const dayOf = (local: string | null): string | null =>
    local === null ? null : said.weekdayAndDate(local.slice(0, 10));
  const clockOf = (local: string): string | null => withPlainBlanks(said.time(local.slice(0, 16)));
  const timeOf = (local: string | null): string | null =>
    local === null || !namesHour(local) ? null : clockOf(local);
  return {
    clock: (time) => clockOf(`${A_MONDAY}T${time}`),
    get weekdays() {
      const short = dateFormat(locale, { weekday: 'short', timeZone: 'UTC' });
      const mondayMs = Date.parse(A_MONDAY);
      return Array.from({ length: 7 }, (_, day) => short.format(mondayMs + day * DAY_MS));
    },
    estimate(estimate) {
      const { date, from, to } = estimateLocals(estimate);
      const words = dayOf(date);
      if (date === null || words === null) return null;
      const lastDay = to !== null && to.slice(0, 10) > date ? dayOf(to) : null;
      // The date of our own estimate is the likeliest day, and its window begins before it.
      const firstDay = from !== null && from.slice(0, 10) < date ? dayOf(from) : null;
      if (lastDay !== null) {
        return fillPlaces(frame.estimate.range, { day: firstDay ?? words, to: lastDay });
      }
      const begin = from?.startsWith(date) === true ? timeOf(from) : null;
      const end = to?.startsWith(date) === true ? timeOf(to) : null;
      const values = { day: words, from: begin ?? '', to: end ?? '' };
      if (begin !== null && end !== null && begin !== end)
        return fillPlaces(frame.estimate.between, values);
      if (end !== null) return fillPlaces(frame.estimate.by, values);
      return fillPlaces(begin === null ? frame.estimate.day : frame.estimate.after, values);
    },
    wallClock(local) {
      const [ofDay, ofTime] = [dayOf(local), timeOf(local)];
      if (ofDay === null || ofTime === null) return ofDay;
      return fillPlaces(frame.moment, { day: ofDay, time: ofTime });
    },
    moment(atMs, zone) {
      if (atMs === null || zone === null || !Number.isFinite(new Date(atMs).getTime())) return null;
      const local = wallClockAt(atMs, zone);
      const [ofDay, ofTime] = [dayOf(local), local === null ? null : clockOf(local)];
      if (ofDay === null || ofTime === null) return null;
      return fillPlaces(frame.moment, { day: ofDay, time: ofTime });
    },
  };
}

const A_MONDAY = '2026-01-05';
const DAY_MS = 86_400_000;

/**
 * Whether a local time names an hour. Carriers use midnight, or a minute before it, to mean "that
 * day".
 */
function namesHour(local: string): boolean {
  return local.length > 10 && !/T(?:00:00|23:59)/.test(local);
}

/**
 * Replaces narrow and non-breaking blanks (`2:14 PM`), which the alphabet of SMS does not contain.
 */
function withPlainBlanks(text: string | null): string | null {
  return text === null ? null : text.replace(/[\u202f\u00a0]/g, ' ');
}

function fillPlaces(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/**
 * Whether the estimate's last day, or the end of its window on that day, has passed by that clock.
 */
export function isPast(estimate: unknown, clock: string): boolean {
  const { date, to } = estimateLocals(estimate);
  if (date === null) return false;
  const end = to !== null && to.slice(0, 10) >= date ? to : date;
  return namesHour(end) ? end.slice(0, 16) < clock : end.slice(0, 10) < clock.slice(0, 10);
}

/** Whether the estimate names a later day than the clock shows, at least as the last of several. */
export function namesLaterDay(estimate: unknown, clock: string): boolean {
  const { date, to } = estimateLocals(estimate);
  const last = date !== null && to !== null && to.slice(0, 10) > date ? to.slice(0, 10) : date;
  return last !== null && last > clock.slice(0, 10);
}

/**
 * The offset of the place where days end last on Earth: what has passed there has passed
 * everywhere.
 */
const LATEST_OFFSET_MIN = -12 * 60;

/** The local time in a zone (IANA name or offset; null: unknown), such as `2026-03-12T10:42`. */
export function clockAt(zone: string | null, atMs: number): string {
  const there = zone === null ? null : wallClockAt(atMs, zone);
  if (there !== null) return there.slice(0, 16);
  const offsetMin = parseOffset(zone ?? '') ?? LATEST_OFFSET_MIN;
  return new Date(atMs + offsetMin * 60_000).toISOString().slice(0, 16);
}
