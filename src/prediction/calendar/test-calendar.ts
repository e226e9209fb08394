import type { PredictionPolicy } from '../policy/policy.ts';
import { SHIPPED } from '../policy/test-policy.ts';
import { openHolidayBook } from '../terms.ts';
import { type PlaceCalendar, placeCalendar } from './place-calendar.ts';

export const BOOK = await openHolidayBook();

/** The calendar of a place, written `DE` or `DE-BY`, for a carrier of the given name. */
export function calendarAt(
  place: string,
  {
    policy = SHIPPED,
    carrier = 'acme',
    serviceLevel = null,
  }: { policy?: PredictionPolicy; carrier?: string; serviceLevel?: string | null } = {},
): PlaceCalendar {
  const [country = null, region = null] = place.split('-');
  return placeCalendar(policy, BOOK, { country, region }, { carrier, serviceLevel });
}
