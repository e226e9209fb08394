import { addDays, type LocalDate } from '../calendar/local-date.ts';
import type { PlaceCalendar } from '../calendar/place-calendar.ts';
import type { Reason } from './prediction.ts';

/** The prediction of one source. */
export interface Draft {
  readonly date: LocalDate;
  readonly from: string | null;
  readonly to: string | null;
  readonly confidence: number;
  readonly late: boolean;
  readonly reasons: readonly Reason[];
}

/** More days than the longest holiday and the weekends around it. */
const CLOSED_DAYS_MAX = 60;

/**
 * Why the date became `to` instead of `from`: the first holiday between them, or else the first
 * weekend.
 */
export function closureReasons(calendar: PlaceCalendar, from: LocalDate, to: LocalDate): Reason[] {
  let weekend: LocalDate | null = null;
  for (let ahead = 0; ahead < CLOSED_DAYS_MAX; ahead += 1) {
    const date = addDays(from, ahead);
    if (date >= to) break;
    const closure = calendar.isDeliveryDay(date) ? null : calendar.closure(date);
    if (closure?.why === 'holiday') return [{ code: 'holiday', date, name: closure.name }];
    if (closure !== null) weekend ??= date;
  }
  return weekend === null ? [] : [{ code: 'weekend', date: weekend }];
}

export function later(a: LocalDate, b: LocalDate): LocalDate {
  return a > b ? a : b;
}
