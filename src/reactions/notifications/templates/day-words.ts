import { LRUCache } from 'lru-cache';
import { wallClockMs } from '../../../kernel/place-time.ts';
import type { Frame } from './words.ts';

/** Days and times as a message says them: always as dates, for nobody knows when it will be read. */
export interface DayWords {
  /** `Thursday, March 12, between 9:00 AM and 12:00 PM`; null for what is no estimate. */
  estimate(estimate: unknown): string | null;
  /** `Thursday, March 12, 2:14 PM` of an instant, in that zone; null without either. */
  moment(atMs: number | null, zone: string | null): string | null;
  /** The same of what a clock showed (`2026-03-12T14:14`), or its day alone; null for what is none. */
  wallClock(local: string | null): string | null;
  /** `9:00 AM` of `09:00`; null for what is none. */
  clock(told: string): string | null;
  /** Short, from Monday on. */
  readonly weekdays: readonly string[];
}

/** @param locale BCP 47; one of another language than the words would mix two. */
export function dayWords(frame: Pick<Frame, 'estimate' | 'moment'>, locale: string): DayWords {
  // A wall clock is read as UTC and written as UTC: what it showed is what comes out.
  const { day, time } = formatsOf(locale, 'UTC');
  const dayOf = (local: string | null): string | null => {
    const ms = local === null ? null : wallClockMs(local.slice(0, 10));
    return ms === null ? null : day.format(ms);
  };
  const timeOf = (local: string | null): string | null => {
    if (local === null || !tellsHour(local)) return null;
    const ms = wallClockMs(local.slice(0, 16));
    return ms === null ? null : spaced(time.format(ms));
  };
  return {
    clock: (told) => {
      const ms = wallClockMs(`${A_MONDAY}T${told}`);
      return ms === null ? null : spaced(time.format(ms));
    },
    get weekdays() {
      const short = new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: 'UTC' });
      const mondayMs = Date.parse(A_MONDAY);
      return Array.from({ length: 7 }, (_, day) => short.format(mondayMs + day * DAY_MS));
    },
    estimate(estimate) {
      const { date, from, to } = estimateOf(estimate);
      const words = dayOf(date);
      if (date === null || words === null) return null;
      const lastDay = to !== null && to.slice(0, 10) > date ? dayOf(to) : null;
      // Of ours the day is the likeliest, and the window begins before it.
      const firstDay = from !== null && from.slice(0, 10) < date ? dayOf(from) : null;
      if (lastDay !== null) {
        return fill(frame.estimate.range, { day: firstDay ?? words, to: lastDay });
      }
      const begin = from?.startsWith(date) === true ? timeOf(from) : null;
      const end = to?.startsWith(date) === true ? timeOf(to) : null;
      const values = { day: words, from: begin ?? '', to: end ?? '' };
      if (begin !== null && end !== null && begin !== end)
        return fill(frame.estimate.between, values);
      if (end !== null) return fill(frame.estimate.by, values);
      return fill(begin === null ? frame.estimate.day : frame.estimate.after, values);
    },
    wallClock(local) {
      const [ofDay, ofTime] = [dayOf(local), timeOf(local)];
      if (ofDay === null || ofTime === null) return ofDay;
      return fill(frame.moment, { day: ofDay, time: ofTime });
    },
    moment(atMs, zone) {
      if (atMs === null || zone === null) return null;
      try {
        const there = formatsOf(locale, zone);
        const values = { day: there.day.format(atMs), time: spaced(there.time.format(atMs)) };
        return fill(frame.moment, values);
      } catch {
        // No zone, or no instant, of this world.
        return null;
      }
    },
  };
}

const A_MONDAY = '2026-01-05';
const DAY_MS = 86_400_000;

/** Midnight, or a minute before it, is a carrier's way of saying "that day". */
export function tellsHour(local: string): boolean {
  return local.length > 10 && !/T(?:00:00|23:59)/.test(local);
}

interface Formats {
  readonly day: Intl.DateTimeFormat;
  readonly time: Intl.DateTimeFormat;
}

/** Making one takes a millisecond, as long as all the rest of a message; there are some dozens. */
const FORMATS_MAX = 500;
const formats = new LRUCache<string, Formats>({ max: FORMATS_MAX });

/** Throws for a zone that does not exist. */
function formatsOf(locale: string, timeZone: string): Formats {
  const key = `${locale} ${timeZone}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const made = {
    day: new Intl.DateTimeFormat(locale, {
      ...{ weekday: 'long', month: 'long', day: 'numeric' },
      timeZone,
    }),
    time: new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit', timeZone }),
  } as const;
  formats.set(key, made);
  return made;
}

/** Narrow and unbreakable blanks (`2:14 PM`) are no letters of an SMS. */
function spaced(text: string): string {
  return text.replace(/[\u202f\u00a0]/g, ' ');
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** `estimated_delivery` as the log has it; total. */
export function estimateOf(value: unknown): {
  readonly date: string | null;
  readonly from: string | null;
  readonly to: string | null;
} {
  const record =
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const text = (name: string): string | null => {
    const member = record[name];
    return typeof member === 'string' ? member : null;
  };
  return { date: text('date'), from: text('from'), to: text('to') };
}
