import { dateFormat } from '../../kernel/time/formatters.ts';
import { wallClockMs } from '../../kernel/time/place-time.ts';
import { placeTimeFromIso } from '../../kernel/time/zoned-time.ts';
import type { Messages } from '../../platform/messages/shape.ts';
import { addDays, type LocalDate } from './local-date.ts';

/** config/messages/<language>/prediction.yaml */
export type PredictionTexts = Messages['prediction'];

/**
 * Local days and clock times in a reader's language. A wall clock is never converted to another
 * zone.
 */
export interface DayFormats {
  /** `Thu, 12 Nov`; null when it is not a real date. */
  day(local: string): string | null;
  /** `14:00`, `2:00 PM`. */
  time(local: string): string | null;
}

/** @param locale BCP 47, see `localeAt`. */
export function dayFormats(locale: string): DayFormats {
  const format = (options: Intl.DateTimeFormatOptions) => {
    // Parsed and formatted as UTC, so that the wall clock does not change.
    const formatter = dateFormat(locale, { ...options, timeZone: 'UTC' });
    return (local: string) => {
      const ms = wallClockMs(local);
      return ms === null ? null : formatter.format(ms);
    };
  };
  return {
    day: format({ weekday: 'short', month: 'short', day: 'numeric' }),
    time: format({ hour: 'numeric', minute: '2-digit' }),
  };
}

/**
 * The reader's language with the conventions of the destination country: an English reader in
 * Germany sees `14:00`. If nobody writes it so there, the language's own conventions.
 *
 * @param locale the language's own, such as `en-US`
 * @example localeAt('en-US', 'DE') // "en-DE"; of BR, "en-US"
 */
export function localeAt(locale: string, country: string | null): string {
  if (country === null || !/^[A-Z]{2}$/.test(country)) return locale;
  const local = `${new Intl.Locale(locale).language}-${country}`;
  const { locale: found } = dateFormat(local).resolvedOptions();
  return found === local ? local : locale;
}

/** Local time at the destination, see `localTimeAt`; null: the zone is unknown. */
export type LocalNow = { readonly date: LocalDate; readonly minutes: number } | null;

interface Window {
  readonly date: LocalDate | null;
  readonly from: string | null;
  readonly to: string | null;
}

/**
 * `today between 10:00 and 14:00`, `tomorrow`, `Thu, 12 Nov – Sat, 14 Nov`; null without a date. A
 * window that has begun is described by its end alone.
 */
export function windowInWords(
  { date, from, to }: Window,
  now: LocalNow,
  texts: PredictionTexts,
  formats: DayFormats,
): string | null {
  const day = date === null ? null : dayInWords(date, now, texts, formats);
  if (date === null || day === null) return null;
  const [begin, end] = [localOf(from), localOf(to)];
  const first = begin === null || begin.slice(0, 10) > date ? date : begin.slice(0, 10);
  const last = end === null || end.slice(0, 10) < date ? date : end.slice(0, 10);
  if (first !== last) {
    const days = [first, last].map((each) => dayInWords(each, now, texts, formats) ?? day);
    return texts.range({ from: days[0] ?? day, to: days[1] ?? day });
  }
  const ends = clockOf(end, date, formats);
  const begins = hasBegun(begin, now) && ends !== null ? null : clockOf(begin, date, formats);
  if (begins !== null && ends !== null && begins !== ends) {
    return texts.between({ day, from: begins, to: ends });
  }
  if (ends !== null) return texts.by({ day, to: ends });
  return begins === null ? day : texts.after({ day, from: begins });
}

/** `today`, `tomorrow`, `Thu, 12 Nov`; null if it is not a date. */
function dayInWords(
  date: LocalDate,
  now: LocalNow,
  texts: Pick<PredictionTexts, 'today' | 'tomorrow'>,
  formats: DayFormats,
): string | null {
  const day = formats.day(date);
  if (day === null || now === null) return day;
  if (date === now.date) return texts.today;
  return date === addDays(now.date, 1) ? texts.tomorrow : day;
}

/** A day or wall clock without its offset; null: none. */
function localOf(text: string | null): string | null {
  return text === null ? null : (placeTimeFromIso(text)?.local ?? null);
}

function clockOf(local: string | null, date: LocalDate, formats: DayFormats): string | null {
  if (local === null || local.length === 10 || local.slice(0, 10) !== date) return null;
  // Carriers use midnight to midnight, or to 23:59, to mean "that day".
  return /T(?:00:00|23:59)/.test(local) ? null : formats.time(local);
}

function hasBegun(begin: string | null, now: LocalNow): boolean {
  if (begin === null || now === null || begin.slice(0, 10) !== now.date) return false;
  const minutes = Number(begin.slice(11, 13)) * 60 + Number(begin.slice(14, 16));
  return minutes <= now.minutes;
}
