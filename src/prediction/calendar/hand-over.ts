import { type LocalDate, localTimeAt } from './local-date.ts';
import type { PlaceCalendar } from './place-calendar.ts';

/**
 * The day from which days are counted: the day of the hand-over by the origin's clock, or the next
 * working day there if it was after the cut-off or not on a working day.
 */
export function handOverDay(atMs: number, zone: string, origin: PlaceCalendar): LocalDate {
  const { date, minutes } = localTimeAt(atMs, zone);
  const isTooLate = minutes >= origin.cutOffMinutes;
  return origin.addBusinessDays(date, isTooLate ? 1 : 0);
}
