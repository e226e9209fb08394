import { LRUCache } from 'lru-cache';
import { entriesMax } from '../../kernel/entries-max.ts';
import type { LocalDate } from './local-date.ts';

/** How precisely a place's public holidays are known. `none`: its country is unknown. */
export type Coverage = 'region' | 'country' | 'none';

/** Public holidays by day, with their English names. */
type HolidayDays = ReadonlyMap<LocalDate, string>;

export interface HolidayBook {
  /** If the country is known but not the region, the national holidays apply. */
  coverage(country: string | null, region: string | null): Coverage;
  holidays(country: string | null, region: string | null, year: number): HolidayDays;
  /** The region's code in the book, `BY` for `DE-BY`, `by` and `Bayern`; null: unknown. */
  regionCode(country: string | null, region: string | null): string | null;
}

/** The content of config/holidays.gen.json, which tools/holidays.ts generates. */
export interface HolidayTable {
  readonly first_year: number;
  readonly last_year: number;
  readonly names: readonly string[];
  /** `1225`: every year. `0421,0412,…`: one item per year, of any number of days. */
  readonly dates: readonly string[];
  readonly countries: Readonly<Record<string, PlaceHolidays>>;
}

export interface PlaceHolidays {
  /** Pairs of indexes: one into `names`, then one into `dates`. */
  readonly holidays: readonly number[];
  readonly regions: Readonly<Record<string, RegionHolidays>>;
}

interface RegionHolidays {
  /** In English and in the region's language. */
  readonly names: readonly string[];
  readonly holidays: readonly number[];
}

/**
 * The maximum number of cached years of places: enough for a hub that delivers worldwide for years.
 */
const REMEMBERED_MAX = 5_000;

const NONE: HolidayDays = new Map();

export function holidayBook(table: HolidayTable): HolidayBook {
  const years = new LRUCache<string, HolidayDays>(entriesMax(REMEMBERED_MAX));
  const countries = new Map(Object.entries(table.countries));
  const codes = new Map(
    [...countries].map(([country, { regions }]) => [country, regionCodes(regions)]),
  );

  const knownCountry = (country: string | null): string | null => {
    const code = country?.trim().toUpperCase() ?? '';
    return countries.has(code) ? code : null;
  };

  const regionCode: HolidayBook['regionCode'] = (country, region) => {
    const code = knownCountry(country);
    if (code === null || region === null) return null;
    const name = region.trim().toLowerCase();
    const bare = name.startsWith(`${code.toLowerCase()}-`) ? name.slice(3) : name;
    return codes.get(code)?.get(bare) ?? null;
  };

  return {
    regionCode,
    coverage(country, region) {
      if (knownCountry(country) === null) return 'none';
      return regionCode(country, region) === null ? 'country' : 'region';
    },
    holidays(country, region, year) {
      const code = knownCountry(country);
      if (code === null || !(year >= table.first_year && year <= table.last_year)) return NONE;
      const state = regionCode(code, region) ?? '';
      const key = `${code} ${state} ${year}`;
      const found = years.get(key);
      if (found !== undefined) return found;
      const place = countries.get(code);
      const { holidays = [] } = place?.regions[state] ?? place ?? {};
      const days = daysOf(table, holidays, year);
      years.set(key, days);
      return days;
    },
  };
}

/** Maps each region's code and names, all in lower case, to its code. */
function regionCodes(
  regions: Readonly<Record<string, RegionHolidays>>,
): ReadonlyMap<string, string> {
  const entries = Object.entries(regions);
  return new Map([
    ...entries.flatMap(([code, { names }]) =>
      names.map((name) => [name.toLowerCase(), code] as const),
    ),
    ...entries.map(([code]) => [code.toLowerCase(), code] as const),
  ]);
}

function daysOf(table: HolidayTable, holidays: readonly number[], year: number): HolidayDays {
  const days = new Map<LocalDate, string>();
  for (let at = 0; at < holidays.length; at += 2) {
    const name = table.names[holidays[at] ?? -1] ?? '';
    const series = table.dates[holidays[at + 1] ?? -1] ?? '';
    const ofYear = series.includes(',') ? series.split(',')[year - table.first_year] : series;
    for (const [, month, day] of (ofYear ?? '').matchAll(/(\d\d)(\d\d)/g)) {
      days.set(`${year}-${month}-${day}`, name);
    }
  }
  return days;
}
