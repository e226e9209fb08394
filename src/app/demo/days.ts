import type { DateTime } from 'luxon';

/** The calendar day, `2026-11-25`. */
export function iso(day: DateTime): string {
  return day.toFormat('yyyy-MM-dd');
}

/** That day, or the Monday after a Sunday. */
export function workingDay(day: DateTime): DateTime {
  return day.weekday === 7 ? day.plus({ days: 1 }) : day;
}

/** The working day so many working days later. */
export function afterWorkingDays(from: DateTime, days: number): DateTime {
  let day = from;
  for (let left = days; left > 0; left -= 1) day = workingDay(day.plus({ days: 1 }));
  return workingDay(day);
}
