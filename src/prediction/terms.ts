import { readFile } from 'node:fs/promises';
import { PROJECT_ROOT } from '../platform/settings/defaults.ts';
import { type HolidayBook, holidayBook } from './calendar/holiday-book.ts';
import { type Place, type PlaceCalendar, placeCalendars } from './calendar/place-calendar.ts';
import type { PredictionPolicy } from './policy/policy.ts';
import type { Service } from './policy/service-terms.ts';

/** What every date is counted by; the same for everybody. */
export interface PredictionTerms {
  readonly policy: PredictionPolicy;
  readonly calendarOf: (place: Place, service: Service) => PlaceCalendar;
}

/** Holidays are loaded when the first date is asked for: a hub that never tells any needs none. */
export function openTerms(policy: PredictionPolicy): () => Promise<PredictionTerms> {
  let opened: Promise<PredictionTerms> | null = null;
  const open = async (): Promise<PredictionTerms> => ({
    policy,
    calendarOf: placeCalendars(policy, await openHolidayBook()),
  });
  return () => {
    opened ??= open();
    return opened;
  };
}

/** Reads half a megabyte of dates, so only processes that predict do it. */
export async function openHolidayBook(): Promise<HolidayBook> {
  return holidayBook(JSON.parse(await readFile(`${PROJECT_ROOT}config/holidays.gen.json`, 'utf8')));
}
