import { addDays, daysBetween, type LocalDate } from './local-date.ts';

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
