import { DateTime } from 'luxon';
import type { ShiftSpan } from '../../couriers/index.ts';

/** A day `YYYY-MM-DD` and times of day `HH:MM`; an end before the start is on the next day. */
export interface DayAndTimes {
  readonly date: string;
  readonly from: string;
  readonly to: string;
}

/** The hours of a first shift. */
const FIRST = { from: '08:00', to: '16:00' };

/** The hours of the latest of these shifts, on another day; without shifts, usual hours. Pure. */
export function sameHoursAsLast(
  shifts: readonly ShiftSpan[],
  date: string,
  zone: string,
): DayAndTimes {
  const last = shifts.toSorted((a, b) => a.startsAtMs - b.startsAtMs).at(-1);
  if (last === undefined) return { date, ...FIRST };
  const time = (atMs: number) => DateTime.fromMillis(atMs, { zone }).toFormat('HH:mm');
  return { date, from: time(last.startsAtMs), to: time(last.endsAtMs) };
}

const CLOCK = /^([01]\d|2[0-3]):([0-5]\d)$/;

/**
 * The next instant, epoch ms, at which clocks of a zone show that time of day. Null: the text is no
 * time of day. Pure.
 *
 * @example nextAt('06:00', 'Europe/Berlin', nowMs) // tomorrow morning, for who starts at 22:00
 */
export function nextAt(time: string, zone: string, nowMs: number): number | null {
  const [hour, minute] = CLOCK.exec(time)?.slice(1).map(Number) ?? [];
  if (hour === undefined || minute === undefined) return null;
  const now = DateTime.fromMillis(nowMs, { zone });
  const today = now.set({ hour, minute, second: 0, millisecond: 0 });
  return (today.toMillis() > nowMs ? today : today.plus({ days: 1 })).toMillis();
}

/**
 * The same shift in so many weeks, at the same local times of a zone, also when the clocks change.
 * Null: the day or a time is invalid. Pure.
 */
export function weeklyShifts(
  { date, from, to }: DayAndTimes,
  weeks: number,
  zone: string,
): readonly ShiftSpan[] | null {
  const start = DateTime.fromISO(`${date}T${from}`, { zone });
  const sameDay = DateTime.fromISO(`${date}T${to}`, { zone });
  if (!(CLOCK.test(from) && CLOCK.test(to) && start.isValid && sameDay.isValid)) return null;
  const end = to > from ? sameDay : sameDay.plus({ days: 1 });
  return Array.from({ length: weeks }, (_, index) => ({
    startsAtMs: start.plus({ weeks: index }).toMillis(),
    endsAtMs: end.plus({ weeks: index }).toMillis(),
  }));
}

/**
 * Seven days in a zone, each as `YYYY-MM-DD` with where it begins: from today on if the given day is
 * among them, otherwise from that day. Pure.
 */
export function daysFrom(date: string | null, zone: string, nowMs: number) {
  const today = DateTime.fromMillis(nowMs, { zone }).startOf('day');
  const given = date === null ? today : DateTime.fromISO(date, { zone });
  const isOther = given.isValid && (given < today || given >= today.plus({ days: 7 }));
  const first = isOther ? given.startOf('day') : today;
  const at = (days: number) => first.plus({ days });
  const iso = (day: DateTime) => day.toFormat('yyyy-MM-dd');
  return {
    days: Array.from({ length: 7 }, (_, index) => ({
      date: iso(at(index)),
      fromMs: at(index).toMillis(),
      toMs: at(index + 1).toMillis(),
    })),
    before: iso(at(-7)),
    after: iso(at(7)),
  };
}
