import { wallClockMs } from '../../../kernel/time/place-time.ts';
import type { PredictionTexts } from './texts.ts';

/** Local days and clocks in a reader's language. A wall clock is never moved into another zone. */
export interface DayFormats {
  /** `Thu, 12 Nov`; null when it is no real date. */
  day(local: string): string | null;
  /** `14:00`, `2:00 PM`. */
  time(local: string): string | null;
}

/** @param locale BCP 47, see `localeAt`. Making the formats is slow; keep them. */
export function dayFormats(locale: string): DayFormats {
  const format = (options: Intl.DateTimeFormatOptions) => {
    // Read as UTC and written as UTC: what the clock on the wall shows is what comes out.
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
 * The reader's language in the ways of the country where the parcel arrives: who reads English in
 * Germany reads `14:00` off the clock there. Where nobody writes it so, the language's own ways.
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
