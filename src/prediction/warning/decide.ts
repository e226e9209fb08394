import { IANAZone } from 'luxon';
import { z } from 'zod';
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
  const was = isNew ? false : before.isAtRisk;
  const state = { ...before, promise, isAtRisk: was };
  if (hasPassed || probability === null || Number.isNaN(probability)) return { state, step: null };
  if (was && probability <= settings.clear) {
    return { state: { ...state, isAtRisk: false }, step: 'recovered' };
  }
  if (was || probability < settings.warn) return { state, step: null };
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
  if (!isLocalDate(date) || !IANAZone.isValidZone(zone)) return null;
  return instantMs(placeTimeInZone(`${addDays(date, 1)}T00:00`, 'minute', zone, 'postal_code'));
}

/** The schema of a warning state as it is stored between a parcel's events. */
export const warningState: z.ZodType<WarningState> = z.object({
  promise: z.string().nullable(),
  isAtRisk: z.boolean(),
  warned: z.array(z.string()),
});

/** The predicted probability that one promise would be missed, and its outcome. */
interface WarningOutcome {
  /** The highest probability predicted before the day was over. */
  readonly probability: number;
  readonly wasMissed: boolean;
}

export interface WarningFigures {
  /** The number of promises that came due. */
  readonly n: number;
  readonly missed: number;
  readonly warned: number;
  /** The share of the warnings that came true; null: there were none. */
  readonly precision: number | null;
  /** The share of the missed promises that had a warning; null: none was missed. */
  readonly recall: number | null;
  /** The mean squared error of the probabilities; null: nothing came due. */
  readonly brier: number | null;
}

/**
 * The figures of the warnings. A probability of `warn` or more counts as a warning; an outcome with
 * an invalid probability is left out.
 */
export function warningFigures(ledger: Iterable<WarningOutcome>, warn: number): WarningFigures {
  let [n, missed, warned, right, squares] = [0, 0, 0, 0, 0];
  for (const { probability, wasMissed } of ledger) {
    if (!(probability >= 0 && probability <= 1)) continue;
    const isWarned = probability >= warn;
    n += 1;
    if (wasMissed) missed += 1;
    if (isWarned) warned += 1;
    if (isWarned && wasMissed) right += 1;
    squares += (probability - (wasMissed ? 1 : 0)) ** 2;
  }
  return figuresOfWarnings({ n, missed, warned, right, squares });
}

/** The sums over outcomes, from which `figuresOfWarnings` computes the figures. */
interface WarningSums extends Pick<WarningFigures, 'n' | 'missed' | 'warned'> {
  /** The number of promises with a warning that were missed. */
  readonly right: number;
  /** The sum of the squared errors of the probabilities. */
  readonly squares: number;
}

/** Computes the figures of warnings from their sums. */
export function figuresOfWarnings({ n, missed, warned, right, squares }: WarningSums) {
  const part = (of: number, all: number) => (all === 0 ? null : of / all);
  const [precision, recall, brier] = [part(right, warned), part(right, missed), part(squares, n)];
  return { n, missed, warned, precision, recall, brier } satisfies WarningFigures;
}
