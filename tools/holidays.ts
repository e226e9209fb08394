import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type Holidays from 'date-holidays';
import type { HolidayTable, PlaceHolidays } from '../src/prediction/calendar/holiday-book.ts';
import { addDays, isLocalDate, type LocalDate } from '../src/prediction/calendar/local-date.ts';
import type { GeneratedFile } from './scorecards.ts';

const FIRST_YEAR = 2000;
/** The last year for which lunar calendars are known. */
const LAST_YEAR = 2079;
const HOUR_MS = 3_600_000;
/** A shorter holiday leaves time on that day in which parcels move. */
const WHOLE_DAY_HOURS = 20;

/**
 * Generates the public holidays of all countries and regions as dates, so that an installation
 * needs neither date-holidays nor its 40 MB of calendar arithmetic. Computing them takes a minute,
 * so the file contains a digest of its inputs and of its own content, and is recomputed only when
 * that differs.
 */
export async function holidays(root: string): Promise<readonly GeneratedFile[]> {
  const path = join(root, 'config', 'holidays.gen.json');
  const { version } = createRequire(import.meta.url)('date-holidays/package.json');
  const generator = await readFile(fileURLToPath(import.meta.url), 'utf8');
  const file = (content: string) => {
    const digest = createHash('sha256').update(`${version}\n${generator}\n${content}`);
    const source = `date-holidays ${version} (CC BY 3.0), https://github.com/commenthol/date-holidays`;
    return `{\n"source": ${JSON.stringify(source)},\n"digest": "${digest.digest('hex').slice(0, 32)}",\n${content}`;
  };
  const before = await readFile(path, 'utf8').catch(() => '');
  const body = before.slice(before.indexOf('"first_year"'));
  if (before === file(body)) return [{ path, content: before }];
  return [{ path, content: file(printed(await computeTable())) }];
}

/**
 * The table as text: one line for each name, series of dates and place, so that the changes of a
 * new release are readable.
 */
function printed({ first_year, last_year, names, dates, countries }: HolidayTable): string {
  const lines = (list: readonly unknown[]) => list.map((each) => JSON.stringify(each)).join(',\n');
  const places = Object.entries(countries).map(
    ([code, place]) => `${JSON.stringify(code)}: ${JSON.stringify(place)}`,
  );
  return [
    `"first_year": ${first_year},\n"last_year": ${last_year},`,
    `"names": [\n${lines(names)}\n],`,
    `"dates": [\n${lines(dates)}\n],`,
    `"countries": {\n${places.join(',\n')}\n}\n}\n`,
  ].join('\n');
}

async function computeTable(): Promise<HolidayTable> {
  const { default: Book } = await import('date-holidays');
  const options = { types: ['public' as const], languages: ['en'] };
  const index = new Book('', '', options);
  const names = new Numbered();
  const dates = new Numbered();
  const holidaysOf = (country: string, region: string) =>
    [...datesByName(new Book(country, region, options))].flatMap(([name, byYear]) => [
      names.numberOf(name),
      dates.numberOf(series(byYear)),
    ]);
  const countries: Record<string, PlaceHolidays> = {};
  for (const country of Object.keys(index.getCountries())) {
    const own = index.getStates(country) ?? {};
    const english = index.getStates(country, 'en') ?? {};
    const regions = Object.entries(own).map(([code, name]) => [
      code,
      { names: [...new Set([english[code] ?? name, name])], holidays: holidaysOf(country, code) },
    ]);
    countries[country] = {
      holidays: holidaysOf(country, ''),
      regions: Object.fromEntries(regions),
    };
  }
  return {
    first_year: FIRST_YEAR,
    last_year: LAST_YEAR,
    names: names.texts,
    dates: dates.texts,
    countries,
  };
}

/** Days of each year by the holiday's name, such as `0405`. */
type DaysByYear = Map<number, string[]>;

/**
 * The days of each holiday, including the year before the first: a holiday of several days may
 * begin at its end.
 */
function datesByName(place: Holidays): ReadonlyMap<string, DaysByYear> {
  const nameOf = new Map<LocalDate, string>();
  for (let year = FIRST_YEAR - 1; year <= LAST_YEAR; year += 1) {
    for (const { date, start, end, name } of place.getHolidays(year, 'en') ?? []) {
      const first = date.slice(0, 10);
      const hours = (end.getTime() - start.getTime()) / HOUR_MS;
      if (!isLocalDate(first) || hours < WHOLE_DAY_HOURS) continue;
      for (let index = 0; index < Math.round(hours / 24); index += 1)
        nameOf.set(addDays(first, index), name);
    }
  }
  const byName = new Map<string, DaysByYear>();
  for (const [day, name] of [...nameOf].sort()) {
    const byYear: DaysByYear = byName.get(name) ?? new Map();
    byName.set(name, byYear);
    const year = Number(day.slice(0, 4));
    byYear.set(year, [...(byYear.get(year) ?? []), day.slice(5).replace('-', '')]);
  }
  return byName;
}

/**
 * Writes the days of a holiday. `1225`: every year. `0421,0412,…`: one item for each year, which
 * may be empty or have several days.
 */
function series(byYear: DaysByYear): string {
  const years = Array.from({ length: LAST_YEAR - FIRST_YEAR + 1 }, (_, index) =>
    (byYear.get(FIRST_YEAR + index) ?? []).join(''),
  );
  return new Set(years).size === 1 ? (years[0] ?? '') : years.join(',');
}

/** Numbers texts in the order of their first occurrence. */
class Numbered {
  readonly texts: string[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf(text: string): number {
    const known = this.#numbers.get(text) ?? this.texts.push(text) - 1;
    this.#numbers.set(text, known);
    return known;
  }
}
