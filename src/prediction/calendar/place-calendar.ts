import { LRUCache } from 'lru-cache';
import { entriesMax } from '../../kernel/entries-max.ts';
import { deliveryTerm, type PredictionPolicy, type Service } from '../policy/policy.ts';
import type { Coverage, HolidayBook } from './holiday-book.ts';
import {
  addDays,
  daysBetween,
  type LocalDate,
  localTimeAt,
  minutesOfClock,
  type Weekday,
  weekdayOf,
} from './local-date.ts';

export interface Place {
  /** ISO 3166-1 alpha-2. */
  readonly country: string | null;
  /** As in ISO 3166-2, with or without the country, or the region's name. */
  readonly region: string | null;
}

/** Why a day does not count. */
type Closure =
  | { readonly why: 'weekend' }
  /** With its English name; null if the installation's settings close it. */
  | { readonly why: 'holiday'; readonly name: string | null };

/** The calendar of a place, and of a service there. All dates are local to it. */
export interface PlaceCalendar {
  /** `none`: the country's holidays are unknown, so only weekends are left out. */
  readonly coverage: Coverage;
  /** No deliveries from this minute of the day on. */
  readonly lastDeliveryMinutes: number;
  /** An acceptance from this minute on counts for the next working day. */
  readonly cutOffMinutes: number;
  isBusinessDay(date: LocalDate): boolean;
  /** A working day, or another day on which the service delivers. */
  isDeliveryDay(date: LocalDate): boolean;
  addBusinessDays(date: LocalDate, count: number): LocalDate;
  /** The number of working days after `from`, up to and including `to`. */
  businessDaysBetween(from: LocalDate, to: LocalDate): number;
  /** Returns the given day or the next one on which the service delivers. */
  nextDeliveryDay(date: LocalDate): LocalDate;
  /** Returns why a day is not a working day; null if it is one. */
  closure(date: LocalDate): Closure | null;
}

/**
 * The maximum number of cached calendars: the places and services of a hub that ships across a
 * continent.
 */
const CALENDARS_MAX = 5_000;
/** The maximum number of cached days of one place: some years. */
const DAYS_MAX = 2_000;

/** Calendars, created once for each place and service; scoring needs thousands a second. */
export function placeCalendars(
  policy: PredictionPolicy,
  book: HolidayBook,
): (place: Place, service: Service) => PlaceCalendar {
  const made = new LRUCache<string, PlaceCalendar>(entriesMax(CALENDARS_MAX));
  return (place, service) => {
    const key = JSON.stringify([
      place.country,
      place.region,
      service.carrier,
      service.serviceLevel,
    ]);
    const known = made.get(key);
    if (known !== undefined) return known;
    const calendar = placeCalendar(policy, book, place, service);
    made.set(key, calendar);
    return calendar;
  };
}

/**
 * Creates the calendar of a place and a service there.
 *
 * @example
 * const bavaria = { country: 'DE', region: 'BY' };
 * const calendar = placeCalendar(policy, book, bavaria, { carrier, serviceLevel });
 * calendar.addBusinessDays('2026-12-23', 2); // 2026-12-28, after Christmas and a Sunday
 */
export function placeCalendar(
  policy: PredictionPolicy,
  book: HolidayBook,
  { country, region }: Place,
  service: Service,
): PlaceCalendar {
  const { weekend, holidays } = policy;
  const code = country?.trim().toUpperCase() ?? '';
  const areas = [code, `${code}-${book.regionCode(country, region)}`];
  const free = new Set<Weekday>(weekend.countries[code] ?? weekend.default);
  const closed = new Set(areas.flatMap((area) => holidays.closed[area] ?? []));
  const worked = new Set(areas.flatMap((area) => holidays.worked[area] ?? []));
  const also = deliveryTerm(policy, service, 'delivers_also');
  const delivers = new Set<Weekday>(Array.isArray(also) ? also : (also[code] ?? also['default']));
  const onHolidays = deliveryTerm(policy, service, 'holidays');

  const findClosure = (date: LocalDate): Closure | null => {
    if (closed.has(date)) return { why: 'holiday', name: null };
    const name = book.holidays(country, region, Number(date.slice(0, 4))).get(date);
    if (name !== undefined && !worked.has(name)) return { why: 'holiday', name };
    return free.has(weekdayOf(date)) ? { why: 'weekend' } : null;
  };
  const closures = new LRUCache<LocalDate, Closure | 'open'>({ max: DAYS_MAX });
  const closure = (date: LocalDate): Closure | null => {
    const known = closures.get(date);
    if (known !== undefined) return known === 'open' ? null : known;
    const found = findClosure(date);
    closures.set(date, found ?? 'open');
    return found;
  };
  const isBusinessDay = (date: LocalDate) => closure(date) === null;
  const deliversDespite = (date: LocalDate, { why, ...of }: Closure): boolean => {
    // A holiday on a Saturday counts as a holiday first.
    if (why === 'weekend') return delivers.has(weekdayOf(date));
    if (onHolidays !== 'all' && !('name' in of && onHolidays.includes(of.name ?? ''))) return false;
    return !free.has(weekdayOf(date)) || delivers.has(weekdayOf(date));
  };
  const isDeliveryDay = (date: LocalDate) => {
    const reason = closure(date);
    return reason === null || deliversDespite(date, reason);
  };
  return {
    coverage: book.coverage(country, region),
    lastDeliveryMinutes: minutesOfClock(deliveryTerm(policy, service, 'last_delivery')),
    cutOffMinutes: minutesOfClock(deliveryTerm(policy, service, 'cut_off')),
    isBusinessDay,
    isDeliveryDay,
    addBusinessDays: (date, count) => addOpenDays(date, count, isBusinessDay),
    businessDaysBetween: (from, to) => openDaysBetween(from, to, isBusinessDay),
    nextDeliveryDay: (date) => firstOpenDay(date, isDeliveryDay),
    closure,
  };
}

/** Returns the same calendar, but with deliveries on `day`, even on a weekend or holiday. */
export function withDeliveryDay(calendar: PlaceCalendar, day: LocalDate): PlaceCalendar {
  return {
    ...calendar,
    isDeliveryDay: (date) => date === day || calendar.isDeliveryDay(date),
    nextDeliveryDay(date) {
      const next = calendar.nextDeliveryDay(date);
      return date <= day && day < next ? day : next;
    },
  };
}

/** Returns whether a day counts, such as a working day or a delivery day. */
export type DayFilter = (date: LocalDate) => boolean;

/**
 * The longest accepted closure. Nothing closes for longer: the calendar must be wrong, and the day
 * is used as it is.
 */
const CLOSED_MAX = 60;
/** The longest span that is counted: ten years. A longer one comes from a broken clock. */
const SPAN_DAYS_MAX = 3_660;
const COUNT_MAX = 1_000;

/** Returns `date` if it counts, otherwise the next day that counts. */
export function firstOpenDay(date: LocalDate, counts: DayFilter): LocalDate {
  for (let ahead = 0; ahead <= CLOSED_MAX; ahead += 1) {
    const day = addDays(date, ahead);
    if (counts(day)) return day;
  }
  return date;
}

/**
 * Returns the `count`-th day that counts after `date`, or before it if `count` is negative. If
 * `count` is zero, it returns `date` if that counts, otherwise the next day that counts.
 */
export function addOpenDays(date: LocalDate, count: number, counts: DayFilter): LocalDate {
  if (count === 0) return firstOpenDay(date, counts);
  const step = Math.sign(count);
  let left = Math.min(Math.abs(count), COUNT_MAX);
  let day = date;
  let closed = 0;
  while (left > 0) {
    day = addDays(day, step);
    if (counts(day) || closed >= CLOSED_MAX) {
      left -= 1;
      closed = 0;
    } else closed += 1;
  }
  return day;
}

/** Days that count after `from`, up to and including `to`; negative when `to` is earlier. */
export function openDaysBetween(from: LocalDate, to: LocalDate, counts: DayFilter): number {
  const apart = daysBetween(from, to);
  if (apart < 0) return -openDaysBetween(to, from, counts);
  let open = 0;
  for (let ahead = 1; ahead <= Math.min(apart, SPAN_DAYS_MAX); ahead += 1) {
    if (counts(addDays(from, ahead))) open += 1;
  }
  return open;
}

/**
 * The day from which days are counted: the day of acceptance by the origin's clock, or the next
 * working day there if it was after the cut-off or not on a working day.
 */
export function acceptanceDay(atMs: number, zone: string, origin: PlaceCalendar): LocalDate {
  const { date, minutes } = localTimeAt(atMs, zone);
  const isTooLate = minutes >= origin.cutOffMinutes;
  return origin.addBusinessDays(date, isTooLate ? 1 : 0);
}
