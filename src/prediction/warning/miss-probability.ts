import { IANAZone } from 'luxon';
import { instantMs } from '../../kernel/time/place-time.ts';
import { placeTimeInZone } from '../../kernel/time/zoned-time.ts';
import { addDays, isLocalDate, type LocalDate } from '../calendar/local-date.ts';
import { arrivalCurve, type Quantile, shareBy, stillToCome } from '../chain/arrival-curve.ts';

/**
 * How likely a parcel that has not come by now misses its day; null where that cannot be said. A
 * promise of a day is kept until the clocks there show the next.
 *
 * @param startMs from when the quantiles count, see `arrivalCurve`; given for parcels that have not
 *   come by now, or for all: what is over is taken out here.
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

/** The first instant of the day after, by the clocks of the place. */
function endOfDayMs(date: LocalDate, zone: string): number | null {
  if (!isLocalDate(date) || !IANAZone.isValidZone(zone)) return null;
  return instantMs(placeTimeInZone(`${addDays(date, 1)}T00:00`, 'minute', zone, 'postal_code'));
}
