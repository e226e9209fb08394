import { addDays, type LocalDate, localTimeAt } from '../calendar/local-date.ts';
import type { Situation } from './prediction.ts';

export interface Today {
  /** A day before this one has passed, wherever the parcel goes. */
  readonly passedBefore: LocalDate;
  /** The first day of delivery that we may name. */
  readonly first: LocalDate;
  /** It would have been an earlier one, but nothing comes today any more. */
  readonly isOver: boolean;
  /** What the clock at the destination shows; null: nobody knows which clock. */
  readonly wallClock: string | null;
}

/** Clocks that show the latest and the earliest day on earth (the signs are POSIX's). */
const EASTERNMOST = 'Etc/GMT-14';
const WESTERNMOST = 'Etc/GMT+12';

/** Where the zone is not known, no day is called past that may last, and none named that may be over. */
export function todayOf({ nowMs, zone, calendar }: Situation): Today {
  if (zone === null) {
    const { date: passedBefore } = localTimeAt(nowMs, WESTERNMOST);
    const first = calendar.nextDeliveryDay(localTimeAt(nowMs, EASTERNMOST).date);
    return { passedBefore, first, isOver: false, wallClock: null };
  }
  const { date, minutes } = localTimeAt(nowMs, zone);
  const isLate = minutes >= calendar.lastDeliveryMinutes;
  const clock = new Date(minutes * 60_000).toISOString().slice(11, 16);
  return {
    passedBefore: date,
    first: calendar.nextDeliveryDay(isLate ? addDays(date, 1) : date),
    isOver: isLate && calendar.isDeliveryDay(date),
    wallClock: `${date}T${clock}`,
  };
}
