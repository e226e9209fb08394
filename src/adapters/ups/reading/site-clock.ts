/** Dates, clocks and places as the tracking page of ups.com shows them: for people, by locale. */

type Shown = readonly [date: string | undefined, time: string | undefined];

const DAY = /(?:^|\s)(\d{1,2})\/(\d{1,2})\/(\d{4})$/;
/** With the month in words, as older pages show it. */
const WRITTEN_DAY = /(?:^|\s)([a-z]{3,9}) (\d{1,2}), (\d{4})$/i;
const MONTHS =
  'january february march april may june july august september october november december'.split(
    ' ',
  );
const CLOCK = /^(\d{1,2}):(\d{2})(?: ?([AP])\.?M\.?)?$/i;

/**
 * Whether the site's dates have the month first: it shows when a day is past the twelfth, and the clock of
 * twelve hours goes with it. Null: none of `shown` settles it, and the dates are not read.
 */
export function isMonthFirst(shown: readonly Shown[]): boolean | null {
  const days = shown.flatMap(([date]) => {
    const found = DAY.exec(date ?? '');
    return found === null ? [] : [[Number(found[1]), Number(found[2])] as const];
  });
  if (days.some(([first]) => first > 12)) return false;
  if (days.some(([, second]) => second > 12)) return true;
  return shown.some(([, time]) => CLOCK.exec(time ?? '')?.[3] !== undefined) ? true : null;
}

/** `07/12/2026` or `July 12, 2026`, also behind a weekday, as `2026-07-12`. */
export function siteDay(date: string | undefined, monthFirst: boolean | null): string | undefined {
  const [, name = '', dayOfMonth = '', writtenYear] = WRITTEN_DAY.exec(date ?? '') ?? [];
  const written = MONTHS.indexOf(name.toLowerCase()) + 1;
  if (written > 0) return dayOf(writtenYear, String(written), dayOfMonth);
  const [, first = '', second = '', year = ''] = DAY.exec(date ?? '') ?? [];
  if (year === '' || monthFirst === null) return undefined;
  const [month, day] = monthFirst ? [first, second] : [second, first];
  return dayOf(year, month, day);
}

function dayOf(year = '', month = '', day = ''): string {
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

/** `7:03 P.M.` as `19:03`. */
export function siteClock(time: string | undefined): string | undefined {
  const [, hour = '', minute = '', half] = CLOCK.exec(time ?? '') ?? [];
  if (hour === '') return undefined;
  if (half === undefined) return `${hour.padStart(2, '0')}:${minute}`;
  const hours = (Number(hour) % 12) + (half.toUpperCase() === 'P' ? 12 : 0);
  return `${String(hours).padStart(2, '0')}:${minute}`;
}

/** `Riverside, CA, United States`, `ZUERICH, CH` or a country alone. Other countries' names stay unread. */
export function sitePlace(location: string | undefined) {
  const parts = (location ?? '').split(',').map((part) => part.trim());
  const last = parts.length > 3 ? undefined : parts.pop();
  const country = last === 'United States' ? 'US' : last;
  const [city, stateProvince] = parts;
  return { city: city || undefined, stateProvince: stateProvince || undefined, country };
}
