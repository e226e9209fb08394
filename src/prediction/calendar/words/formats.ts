import { wallClockMs } from '../../../kernel/time/place-time.ts';
import type { PredictionTexts } from './texts.ts';

/**
 * Local days and clock times in a reader's language. A wall clock is never converted to another
 * zone.
 */
export interface DayFormats {
  /** `Thu, 12 Nov`; null when it is no real date. */
  day(local: string): string | null;
  /** `14:00`, `2:00 PM`. */
  time(local: string): string | null;
}

/** @param locale BCP 47, see `localeAt`. Creating the formats is slow; reuse them. */
export function dayFormats(locale: string): DayFormats {
  const format = (options: Intl.DateTimeFormatOptions) => {
    // Parsed and formatted as UTC, so that the wall clock does not change.
    const formatter = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' });
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
 * @example localeAt(english, 'DE') // "en-DE"; of BR, "en-US"
 */
export function localeAt(
  { language, locale }: Pick<PredictionTexts, 'language' | 'locale'>,
  country: string | null,
): string {
  if (country === null || !/^[A-Z]{2}$/.test(country)) return locale;
  const wanted = `${language}-${country}`;
  const { locale: found } = new Intl.DateTimeFormat(wanted).resolvedOptions();
  return found === wanted ? wanted : locale;
}
