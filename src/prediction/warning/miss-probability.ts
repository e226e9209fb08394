import { IANAZone } from 'luxon';
import { instantMs } from '../../kernel/time/place-time.ts';
import { placeTimeInZone } from '../../kernel/time/zoned-time.ts';
import { addDays, isLocalDate, type LocalDate } from '../calendar/local-date.ts';
import { arrivalCurve, type Quantile, shareBy, stillToCome } from '../chain/arrival-curve.ts';

/**
 * The probability that a parcel that has not arrived by now misses its promised day; null if it
 * cannot be computed. The promise is kept until the next day begins in the destination's zone.
 *
 * @param startMs the time from which the quantiles count, see `arrivalCurve`. The time that has
 *   passed is excluded here, so the quantiles may be those of all parcels.
 */
export function missProbability(
  parcel: { readonly quantiles: readonly Quantile[]; readonly startMs: number },
  promise: { readonly date: LocalDate; readonly zone: string },
  nowMs: number,
): number | null {
  const curve = arrivalCurve(parcel.quantiles, parcel.startMs);
  const endMs = endOfDayMs(promise.date, promise.zone);
  if (curve === null || endMs === null) return null;
  if (endMs <= nowMs) return 1;
  return 1 - shareBy(stillToCome(curve, nowMs), endMs);
}

/** The first instant of the next day in the zone; null if the date or the zone is invalid. */
function endOfDayMs(date: LocalDate, zone: string): number | null {
  if (!isLocalDate(date) || !IANAZone.isValidZone(zone)) return null;
  return instantMs(placeTimeInZone(`${addDays(date, 1)}T00:00`, 'minute', zone, 'postal_code'));
}
