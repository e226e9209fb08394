import type { PredictionTexts } from '../calendar/words/texts.ts';
import { loadPredictionTexts } from '../calendar/words/texts-file.ts';
import type { Learner } from '../model/learner.ts';
import type { PredictionTerms } from '../terms.ts';
import { type PromisedDate, type PromiseRequest, promiseDates } from './promise-dates.ts';

/** Dates for a checkout, before a parcel exists. */
export interface Promises {
  datesFor(request: PromiseRequest, language: string): Promise<readonly PromisedDate[]>;
}

/**
 * @param messages config/messages
 * @param learner the active model; null: none
 */
export function openPromises(
  terms: () => Promise<PredictionTerms>,
  messages: string,
  learner: () => Learner | null,
): Promises {
  const texts: ReadonlyMap<string, PredictionTexts> = loadPredictionTexts(messages);
  return {
    async datesFor(request, language) {
      const words = texts.get(language);
      if (words === undefined) throw new Error(`there are no texts for "${language}"`);
      return promiseDates(await terms(), request, words, learner());
    },
  };
}
