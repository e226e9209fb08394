import type { Language } from '../../kernel/language.ts';
import { openHolidayBook } from '../calendar/holiday-book.ts';
import { placeCalendars } from '../calendar/place-calendar.ts';
import { loadPredictionTexts } from '../calendar/words/texts-file.ts';
import { readPredictionPolicy } from '../policy/policy-file.ts';
import {
  type PromiseDeps,
  type PromisedDate,
  type PromiseWish,
  promiseDates,
} from './promise-dates.ts';

/** Dates for a checkout, before there is a parcel. */
export interface Promises {
  datesFor(wish: PromiseWish, language: Language): Promise<readonly PromisedDate[]>;
}

/**
 * Rejects when the policy cannot be used. Holidays are loaded when the first date is asked for: a
 * hub that never promises needs none of them.
 *
 * @param files `policy`: see config/prediction.yaml; `messages`: config/messages
 */
export async function openPromises(files: {
  readonly policy: string;
  readonly messages: string;
}): Promise<Promises> {
  const policy = await readPredictionPolicy(files.policy);
  const texts = loadPredictionTexts(files.messages);
  let opened: Promise<PromiseDeps> | null = null;
  const open = async (): Promise<PromiseDeps> => ({
    policy,
    calendarOf: placeCalendars(policy, await openHolidayBook()),
  });
  return {
    async datesFor(wish, language) {
      opened ??= open();
      const words = texts.get(language);
      if (words === undefined) throw new Error(`there are no words for "${language}"`);
      return promiseDates(await opened, wish, words);
    },
  };
}
