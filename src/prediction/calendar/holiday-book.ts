import type Holidays from 'date-holidays';
import { LRUCache } from 'lru-cache';
import { addDays, isLocalDate, type LocalDate } from './local-date.ts';

/** How precisely a place's public holidays are known. `none`: its country is unknown. */
export type Coverage = 'region' | 'country' | 'none';

/** Public holidays by day, with their English names. */
export type HolidayDays = ReadonlyMap<LocalDate, string>;

export interface HolidayBook {
  /** If the country is known but not the region, the national holidays apply. */
  coverage(country: string | null, region: string | null): Coverage;
  holidays(country: string | null, region: string | null, year: number): HolidayDays;
  /** The region's code in the book, `BY` for `DE-BY`, `by` and `Bayern`; null: unknown. */
  regionCode(country: string | null, region: string | null): string | null;
}

/** Cached years of places: enough for a hub that delivers worldwide for years. */
const REMEMBERED_MAX = 5_000;
/** Regions come from parcels as free text, so the cache is limited. */
const REGIONS_MAX = 5_000;
/** Lunar calendars are known for these years. */
const FIRST_YEAR = 1970;
const LAST_YEAR = 2079;
const HOUR_MS = 3_600_000;
/** A shorter holiday leaves a day on which parcels move. */
const WHOLE_DAY_HOURS = 20;

const NONE: HolidayDays = new Map();

/**
 * Loading takes 0.2 s and 22 MB, so only processes that predict do it. A year of a place takes
 * about 10 ms (up to 150 with a lunar calendar), so each is computed once.
 */
export async function openHolidayBook(): Promise<HolidayBook> {
  const { default: Book } = await import('date-holidays');
  return bookOf((...place) => new Book(...place));
}

type OpenPlace = (
  country: string,
  state: string,
  options: { types: ['public']; languages: string[] },
) => Holidays;

function bookOf(open: OpenPlace): HolidayBook {
  const options: Parameters<OpenPlace>[2] = { types: ['public'], languages: ['en'] };
  const index = open('', '', options);
  const countries = new Set(Object.keys(index.getCountries()));
  const states = new LRUCache<string, CacheEntry<ReadonlyMap<string, string>>>({
    max: REMEMBERED_MAX,
  });
  const regions = new LRUCache<string, CacheEntry<string | null>>({ max: REGIONS_MAX });
  const years = new LRUCache<string, CacheEntry<HolidayDays>>({ max: REMEMBERED_MAX });

  const codesOf = (country: string) =>
    remembered(states, country, () => stateCodes(index, country));

  const known = (country: string | null): string | null => {
    const code = country?.trim().toUpperCase() ?? '';
    return countries.has(code) ? code : null;
  };

  const regionCode: HolidayBook['regionCode'] = (country, region) => {
    const code = known(country);
    if (code === null || region === null) return null;
    return remembered(regions, `${code} ${region}`, () => {
      const name = region.trim().toLowerCase();
      const bare = name.startsWith(`${code.toLowerCase()}-`) ? name.slice(3) : name;
      return codesOf(code).get(bare) ?? null;
    });
  };

  return {
    regionCode,
    coverage(country, region) {
      if (known(country) === null) return 'none';
      return regionCode(country, region) === null ? 'country' : 'region';
    },
    holidays(country, region, year) {
      const code = known(country);
      if (code === null || !(year >= FIRST_YEAR && year <= LAST_YEAR)) return NONE;
      const state = regionCode(code, region) ?? '';
      return remembered(years, `${code} ${state} ${year}`, () =>
        holidaysOf(open(code, state, options), year),
      );
    },
  };
}

/** Code of each region by its code and its names, all in lower case. */
function stateCodes(index: Holidays, country: string): ReadonlyMap<string, string> {
  const codes = new Map<string, string>();
  const own = index.getStates(country) ?? {};
  const english = index.getStates(country, 'en') ?? {};
  for (const names of [english, own]) {
    for (const [code, name] of Object.entries(names)) codes.set(name.toLowerCase(), code);
  }
  for (const code of Object.keys(own)) codes.set(code.toLowerCase(), code);
  return codes;
}

/** Including the year before: a holiday of several days may begin at its end. */
function holidaysOf(place: Holidays, year: number): HolidayDays {
  const days = new Map<LocalDate, string>();
  for (const each of [year - 1, year]) {
    for (const { date, start, end, name } of place.getHolidays(each, 'en') ?? []) {
      const first = date.slice(0, 10);
      const hours = (end.getTime() - start.getTime()) / HOUR_MS;
      if (!isLocalDate(first) || hours < WHOLE_DAY_HOURS) continue;
      for (let nr = 0; nr < Math.round(hours / 24); nr += 1) {
        const day = addDays(first, nr);
        if (day.startsWith(String(year))) days.set(day, name);
      }
    }
  }
  return days;
}

/** A wrapper, because null is a result worth caching. */
interface CacheEntry<T> {
  readonly value: T;
}

function remembered<T>(known: LRUCache<string, CacheEntry<T>>, key: string, make: () => T): T {
  const found = known.get(key) ?? { value: make() };
  known.set(key, found);
  return found.value;
}
