import { LRUCache } from 'lru-cache';
import { dateFormat, relativeTimeFormat } from './formatters.ts';
import { wallClockMs } from './place-time.ts';

/**
 * Writes local times in a reader's language. Pages and messages both use this, so that they agree.
 * A local time is never converted into another zone.
 */
export interface ClockWords {
  /** `Thursday, November 19, 2026`; null when it is not a real date. */
  day(local: string): string | null;
  /** `today`. */
  readonly today: string;
  /** Without the year: `Thursday, November 19`. */
  weekdayAndDate(local: string): string | null;
  /** `1:31 PM`; null when only the date is known. */
  time(local: string): string | null;
}

/**
 * Creating the formats takes milliseconds, as long as all the rest of a message; there are some
 * dozens.
 */
const LOCALES_MAX = 100;
const cached = new LRUCache<string, ClockWords>({ max: LOCALES_MAX });
/** The minutes of a day, or the days of some years. */
const TEXTS_MAX = 1_440;
const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

const dayNumber = (ms: number) => Math.floor(ms / DAY_MS);
const minuteOfDay = (ms: number) => Math.floor((ms % DAY_MS) / MINUTE_MS);

/** @param locale BCP 47, such as `en-US`. */
export function clockWords(locale: string): ClockWords {
  const known = cached.get(locale);
  if (known !== undefined) return known;
  const format = (options: Intl.DateTimeFormatOptions, keyOf: (ms: number) => number) => {
    // Parsed as UTC and formatted as UTC, so that the wall clock stays unchanged.
    const formatter = dateFormat(locale, { ...options, timeZone: 'UTC' });
    const formatted = new LRUCache<number, string>({ max: TEXTS_MAX });
    return (local: string) => {
      const ms = wallClockMs(local);
      if (ms === null) return null;
      const key = keyOf(ms);
      const text = formatted.get(key) ?? formatter.format(ms);
      formatted.set(key, text);
      return text;
    };
  };
  const day = { weekday: 'long', month: 'long', day: 'numeric' } as const;
  const time = format({ hour: 'numeric', minute: '2-digit' }, minuteOfDay);
  const made: ClockWords = {
    day: format({ ...day, year: 'numeric' }, dayNumber),
    weekdayAndDate: format(day, dayNumber),
    today: relativeTimeFormat(locale).format(0, 'day'),
    time: (local) => (local.length > 10 ? time(local) : null),
  };
  cached.set(locale, made);
  return made;
}
