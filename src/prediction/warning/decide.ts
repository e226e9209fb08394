import { isLocalDate, type LocalDate } from '../calendar/local-date.ts';
import type { PredictionPolicy } from '../policy/policy.ts';

/** What a parcel's warnings have come to; kept between its facts. */
export interface WarningState {
  /** The promise that stands; null: none yet. */
  readonly promise: LocalDate | null;
  /** Its day is likely to be missed. */
  readonly isAtRisk: boolean;
  /** Promises that were warned of, oldest first: one that comes back is not warned of again. */
  readonly warned: readonly LocalDate[];
}

export const NO_WARNING: WarningState = { promise: null, isAtRisk: false, warned: [] };

/** `delay_predicted` is announced once for a promise; `recovered` is for the console alone. */
export type WarningStep = 'delay_predicted' | 'recovered' | null;

/** Carriers that move a day more often have no days. */
const WARNED_MAX = 30;

/**
 * One threshold to warn and a lower one to be well again, so that a probability that trembles about
 * one of them changes nothing; and one warning for a promise, whatever happens in between.
 *
 * @param probability of missing it; null where it cannot be said: then nothing changes.
 * @param hasPassed the day is over: to say so now would be no prediction.
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
