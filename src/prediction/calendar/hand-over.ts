import { type LocalDate, localTimeAt } from './local-date.ts';
import type { PlaceCalendar } from './place-calendar.ts';

/**
 * The day from which days are counted: that of the hand-over, by the clock of the origin, or the
 * next working day there, when it was after the cut-off or on a day on which nobody works.
 */
export function handOverDay(atMs: number, zone: string, origin: PlaceCalendar): LocalDate {
  const { date, minutes } = localTimeAt(atMs, zone);
  const isTooLate = minutes >= origin.cutOffMinutes;
  return origin.addBusinessDays(date, isTooLate ? 1 : 0);
}
