import type { Learner } from '../model/learner.ts';
import type { PredictionTerms } from '../terms.ts';
import {
  type PromisedDate,
  type PromiseLanguage,
  type PromiseRequest,
  promiseDates,
} from './promise-dates.ts';

/** Dates for a checkout, before a parcel exists. */
export interface Promises {
  datesFor(request: PromiseRequest, language: PromiseLanguage): Promise<readonly PromisedDate[]>;
}

/**
 * Opens the dates for checkouts.
 *
 * @param learner returns the active model; null: there is none.
 */
export function openPromises(
  terms: () => Promise<PredictionTerms>,
  learner: () => Learner | null,
): Promises {
  return {
    datesFor: async (request, language) =>
      promiseDates(await terms(), request, language, learner()),
  };
}
