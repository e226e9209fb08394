import { LRUCache } from 'lru-cache';
import { IANAZone } from 'luxon';

/**
 * Formatters and zones, each made once and shared. A date format takes up to 80 KiB outside V8's
 * heap, which are freed late because V8 does not count them: one for each date of a page makes a
 * hub grow by megabytes a second.
 */

/** Of each kind: what the pages of a busy hub use. Locales and zones may come from outside. */
const FORMATTERS_MAX = 500;

function cached<Args extends readonly unknown[], Formatter extends object>(
  make: (...args: Args) => Formatter,
) {
  const made = new LRUCache<string, Formatter>({ max: FORMATTERS_MAX });
  return (...args: Args): Formatter => {
    const key = JSON.stringify(args);
    const formatter = made.get(key) ?? make(...args);
    made.set(key, formatter);
    return formatter;
  };
}

export const dateFormat = cached(
  (locale: string, options?: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, options),
);

export const numberFormat = cached(
  (locale: string, options?: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options),
);

export const pluralRules = cached(
  (locale: string, options?: Intl.PluralRulesOptions) => new Intl.PluralRules(locale, options),
);

export const displayNames = cached(
  (locale: string, options: Intl.DisplayNamesOptions) => new Intl.DisplayNames(locale, options),
);

/** Writes `yesterday` instead of `1 day ago`. */
export const relativeTimeFormat = cached(
  (locale: string) => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }),
);

/** More than there are; but `europe/BERLIN` is one as well. */
const ZONES_MAX = 1_000;
const zones = new LRUCache<string, IANAZone>({
  max: ZONES_MAX,
  memoMethod: (name) => new IANAZone(name),
  // Luxon keeps a format of every zone that it has been asked for.
  dispose: () => IANAZone.resetCache(),
});

/** The zone of an IANA name; not valid if there is none. */
export function zoneNamed(name: string): IANAZone {
  return zones.memo(name);
}

/** Whether a zone exists. */
export function isZone(name: string): boolean {
  return zoneNamed(name).isValid;
}
