import { z } from 'zod';
import { isZone } from '../../kernel/time/formatters.ts';
import { instantMs } from '../../kernel/time/place-time.ts';
import { placeTimeInZone } from '../../kernel/time/zoned-time.ts';
import { addDays, isLocalDate, type LocalDate } from '../calendar/local-date.ts';
import { arrivalCurve, type Quantile, shareBy, stillToCome } from '../chain/arrival-curve.ts';
import type { PredictionPolicy } from '../policy/policy.ts';

/** The state of a parcel's delay warnings, stored between its events. */
export interface WarningState {
  /** The current promise; null: there is none yet. */
  readonly promise: LocalDate | null;
  /** Whether the promised day will probably be missed. */
  readonly isAtRisk: boolean;
  /**
   * The promises for which a warning was announced, oldest first. A promise that comes back is not
   * announced again.
   */
  readonly warned: readonly LocalDate[];
}

export const NO_WARNING: WarningState = { promise: null, isAtRisk: false, warned: [] };

/** `delay_predicted` is announced once for a promise; `recovered` is for the console alone. */
export type WarningStep = 'delay_predicted' | 'recovered' | null;

/**
 * The maximum number of remembered promises. Only a carrier whose dates mean nothing moves a day
 * more often.
 */
const WARNED_MAX = 30;

/**
 * Decides whether to warn that a promise will be missed. The threshold for a warning is higher than
 * the one for recovery, so that a probability that varies around one of them changes nothing. A
 * promise gets one warning, whatever happens in between.
 *
 * @param probability the probability that the promise is missed; null if it is unknown: then
 *   nothing changes.
 * @param hasPassed whether the day is over: a warning would be no prediction any more.
 */
export function decideWarning(
  settings: PredictionPolicy['warning'],
  before: WarningState,
  now: {
    readonly promise: LocalDate | null;
    readonly probability: number | null;
    readonly hasPassed: boolean;
  },
): { readonly state: WarningState; readonly step: WarningStep } {
  const { promise, probability, hasPassed } = now;
  if (promise === null || !isLocalDate(promise)) {
    return { state: { ...before, promise: null, isAtRisk: false }, step: null };
  }
  const isNew = promise !== before.promise;
  const wasAtRisk = isNew ? false : before.isAtRisk;
  const state = { ...before, promise, isAtRisk: wasAtRisk };
  if (hasPassed || probability === null || Number.isNaN(probability)) return { state, step: null };
  if (wasAtRisk && probability <= settings.clear) {
    return { state: { ...state, isAtRisk: false }, step: 'recovered' };
  }
  if (wasAtRisk || probability < settings.warn) return { state, step: null };
  const atRisk = { ...state, isAtRisk: true };
  if (before.warned.includes(promise)) return { state: atRisk, step: null };
  const warned = [...before.warned, promise].slice(-WARNED_MAX);
  return { state: { ...atRisk, warned }, step: 'delay_predicted' };
}

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
  if (!isLocalDate(date) || !isZone(zone)) return null;
  return instantMs(placeTimeInZone(`${addDays(date, 1)}T00:00`, 'minute', zone, 'postal_code'));
}

/** The schema of a warning state as it is stored between a parcel's events. */
export const warningState: z.ZodType<WarningState> = z.object({
  promise: z.string().nullable(),
  isAtRisk: z.boolean(),
  warned: z.array(z.string()),
});
