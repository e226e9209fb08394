import { readFile } from 'node:fs/promises';
import { PROJECT_ROOT } from '../platform/settings/yaml-settings.ts';
import { type HolidayBook, holidayBook } from './calendar/holiday-book.ts';
import { type Place, type PlaceCalendar, placeCalendars } from './calendar/place-calendar.ts';
import type { PredictionPolicy, Service } from './policy/policy.ts';

/** The policy and the calendars by which dates are counted; the same for all merchants. */
export interface PredictionTerms {
  readonly policy: PredictionPolicy;
  readonly calendarOf: (place: Place, service: Service) => PlaceCalendar;
}

/**
 * Returns a function that loads the terms at its first call: a hub that never predicts a date needs
 * no holidays.
 */
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

/**
 * Loads the public holidays. They are half a megabyte, so only processes that predict load them.
 */
export async function openHolidayBook(): Promise<HolidayBook> {
  return holidayBook(JSON.parse(await readFile(`${PROJECT_ROOT}config/holidays.gen.json`, 'utf8')));
}
