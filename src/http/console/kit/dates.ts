import type { EstimateView } from '../../../events/shipment-view.ts';
import { dateFormat, relativeTimeFormat } from '../../../kernel/time/formatters.ts';
import { dayIn, localIn } from '../../../kernel/time/zoned-time.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import { useMessages, useSpoken } from './language.ts';

const DAY_MS = 86_400_000;

/** How a page writes days and times of day. Days are `YYYY-MM-DD`, local to a place. */
export interface DateTexts {
  /** `Fri, Nov 27`; with the year if it is not this one. */
  day(date: string): string;
  /** `Nov 27`; with the year if it is not this one. */
  date(date: string): string;
  /** `Today`, `Yesterday`, or the day with its full weekday. */
  heading(date: string): string;
  /** `today`, `yesterday`, `tomorrow`, or `Fri, Nov 27`: within a sentence. */
  within(date: string): string;
  /** `8:39 PM` of a local time `YYYY-MM-DDTHH:MM…`. */
  time(local: string): string;
  /** `8 – 10 AM` of local times; says so where their zone is not the reader's, or unknown. */
  hours(from: string, to: string, zone: string | null): string;
  /**
   * `8:39 PM` of an instant, by the clock of its place; says so where the reader's shows another
   * time. Without a zone, by the reader's.
   */
  clock(at: string, zone?: string | null): string;
  /** `8:20 – 8:40 PM` of two instants, by the clock of their place as `clock` has it. */
  span(from: string, to: string, zone?: string | null): string;
  /** `Fri, Nov 27, 8:39 PM` of an instant, by the reader's clock. */
  moment(at: string): string;
}

/** Writes days and times in the reader's language and region; inside components only. */
export function useDates(nowMs: number): DateTexts {
  const { locale, timeZone } = useSpoken();
  const { layout, shipmentPage } = useMessages();
  const { today, yesterday, tomorrow } = layout.pieces;
  const { localTime } = shipmentPage.timeline;
  return dateTexts(locale, { nowMs, timeZone, words: { today, yesterday, tomorrow, localTime } });
}

interface Now {
  readonly nowMs: number;
  /** The reader's zone, which decides what is today. */
  readonly timeZone: string;
  readonly words: Pick<Messages['layout']['pieces'], 'today' | 'yesterday' | 'tomorrow'> &
    Pick<Messages['shipmentPage']['timeline'], 'localTime'>;
}

/** The texts of {@link useDates}. Pure. */
export function dateTexts(locale: string, { nowMs, timeZone, words }: Now): DateTexts {
  const today = dayIn(timeZone, nowMs);
  const write = (local: string, how: Intl.DateTimeFormatOptions) =>
    dateFormat(locale, { ...how, timeZone: 'UTC' }).format(utcOf(local));
  const yearOf = (date: string) =>
    date.slice(0, 4) === today.slice(0, 4) ? {} : ({ year: 'numeric' } as const);
  const daysFromNow = (date: string) =>
    Math.round((utcOf(date).getTime() - utcOf(today).getTime()) / DAY_MS);
  const heading = (date: string) => {
    const near = { [-1]: words.yesterday, 0: words.today, 1: words.tomorrow }[daysFromNow(date)];
    return (
      near ?? write(date, { weekday: 'long', month: 'short', day: 'numeric', ...yearOf(date) })
    );
  };
  /** Written by the clock of a place; says so where the reader's shows another time. */
  const bothClocks = (
    zone: string | null | undefined,
    writeBy: (format: Intl.DateTimeFormat) => string,
  ) => {
    const timeIn = (clocks: string) =>
      writeBy(dateFormat(locale, { timeStyle: 'short', timeZone: clocks }));
    const text = timeIn(zone ?? timeZone);
    return text === timeIn(timeZone) ? text : words.localTime({ time: text });
  };
  const time = (local: string) => write(local, { timeStyle: 'short' });
  const day = (date: string) =>
    write(date, { weekday: 'short', month: 'short', day: 'numeric', ...yearOf(date) });
  return {
    day,
    date: (date) => write(date, { month: 'short', day: 'numeric', ...yearOf(date) }),
    heading,
    within(date) {
      const days = daysFromNow(date);
      if (Math.abs(days) > 1) return day(date);
      return relativeTimeFormat(locale).format(days, 'day');
    },
    time,
    hours(from, to, zone) {
      const clock = dateFormat(locale, { timeStyle: 'short', timeZone: 'UTC' });
      const text = rangeOf(clock, utcOf(from), utcOf(to));
      const atMs = utcOf(from).getTime();
      const isReaders = zone !== null && localIn(zone, atMs) === localIn(timeZone, atMs);
      return isReaders ? text : words.localTime({ time: text });
    },
    clock: (at, zone) => bothClocks(zone, (format) => format.format(new Date(at))),
    span: (from, to, zone) =>
      bothClocks(zone, (format) => rangeOf(format, new Date(from), new Date(to))),
    moment(at) {
      const local = localIn(timeZone, Date.parse(at));
      return `${day(local)}, ${time(local)}`;
    },
  };
}

/** `8:20 – 8:40 PM`, which no line end divides. Pure. */
function rangeOf(clock: Intl.DateTimeFormat, from: Date, to: Date): string {
  const range = clock.formatRangeToParts(from, to);
  // Across midnight, the range would name both days.
  const text = range.some(({ type }) => type === 'day')
    ? [from, to].map((at) => clock.format(at)).join(' – ')
    : range.map(({ value }) => value).join('');
  return text.replaceAll(/\s/gu, '\u202f');
}

/** An event's time by the reader's clock; by its place's if the instant is unknown. Pure. */
export function readersTime(
  { occurredAt, occurredLocal }: Record<'occurredAt' | 'occurredLocal', string | null>,
  timeZone: string,
): string | null {
  return occurredAt === null ? occurredLocal : localIn(timeZone, Date.parse(occurredAt));
}

function utcOf(local: string): Date {
  return new Date(`${local.slice(0, 10)}T${local.slice(11, 16) || '00:00'}:00Z`);
}

/** The day or days of an estimate, with the hours if the carrier gave them. Pure. */
export function spanText(
  estimate: Pick<EstimateView, 'date' | 'precision' | 'from_local' | 'to_local' | 'time_zone'>,
  dates: Pick<DateTexts, 'day' | 'hours'>,
): string {
  const { date, precision, from_local: from, to_local: to } = estimate;
  const [first, last] = [from?.slice(0, 10) ?? date, to?.slice(0, 10) ?? date];
  if (first !== last) return `${dates.day(first)} – ${dates.day(last)}`;
  if (precision !== 'time' || from === null || to === null) return dates.day(date);
  return `${dates.day(date)}, ${dates.hours(from, to, estimate.time_zone)}`;
}

/** Whether the last day of an estimate is over on a day, as `YYYY-MM-DD`. Pure. */
export function hasPassed(
  { date, to_local: to }: Pick<EstimateView, 'date' | 'to_local'>,
  today: string,
): boolean {
  return (to?.slice(0, 10) ?? date) < today;
}
