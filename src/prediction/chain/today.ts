import { addDays, type LocalDate, localTimeAt } from '../calendar/local-date.ts';
import type { Situation } from './prediction.ts';

export interface Today {
  /** The first day that has not passed. Earlier days are over, wherever the parcel goes. */
  readonly passedBefore: LocalDate;
  /** The first delivery day that a prediction may name. */
  readonly first: LocalDate;
  /** It would have been earlier, but deliveries are over for today. */
  readonly isOver: boolean;
  /** Local time at the destination; null: unknown zone. */
  readonly wallClock: string | null;
}

/** Zones with the latest and the earliest date on Earth (the signs are POSIX's). */
const EASTERNMOST = 'Etc/GMT-14';
const WESTERNMOST = 'Etc/GMT+12';

/**
 * With an unknown zone, a day that may not be over does not count as past, and one that may be
 * over is not named.
 */
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
