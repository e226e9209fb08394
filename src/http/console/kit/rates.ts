import { messagesIn, percentIn } from '../../../platform/messages/catalogue.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import { useSpoken } from './language.ts';

/** Of fewer, a percentage claims more than the numbers tell: it is left out, or grey. */
export const PERCENT_LEAST = 30;

/** So many of so many. */
export interface Rate {
  readonly count: number;
  readonly of: number;
}

/** What a rate is of. */
export type Population = keyof Messages['layout']['rates']['populations'];

/** The rate of a stored share from 0 to 1. Pure. */
export function rateOf(share: number | null, of: number): Rate {
  return { count: Math.round((share ?? 0) * of), of };
}

/** Whether there are enough for a percentage. Pure. */
function hasPercent({ of }: Rate): boolean {
  return of >= PERCENT_LEAST;
}

/** How many of how many, where the percentage stands beside it. Pure. */
export function countIn(language: Language, rate: Rate, of: Population | null = null): string {
  const { rate: write, populations } = messagesIn(language).layout.rates;
  return write({ ...rate, percent: null, population: of && populations[of](rate) });
}

/**
 * The only way in which the console writes a rate; an en dash, if it is of none. Pure.
 *
 * @example rateIn('en', { count: 41, of: 48 }) // '41 of 48 (85.4%)'
 * @example rateIn('en', { count: 9, of: 12 }, 'promised') // '9 of 12 parcels with a promised date'
 */
export function rateIn(language: Language, rate: Rate, of: Population | null = null): string {
  if (rate.of === 0) return '–';
  const { rate: write, populations } = messagesIn(language).layout.rates;
  const percent = hasPercent(rate) ? percentIn(language, rate.count / rate.of, 1) : null;
  return write({ ...rate, percent, population: of && populations[of](rate) });
}

/**
 * The same where the total stands beside it: the percentage alone, or the numbers of too few. Pure.
 *
 * @example shortRateIn('en', { count: 41, of: 48 }) // '85.4%'
 */
export function shortRateIn(language: Language, rate: Rate): string {
  return hasPercent(rate) ? percentIn(language, rate.count / rate.of, 1) : rateIn(language, rate);
}

/** Writes rates in the page's language; inside components only. */
export function useRates() {
  const { language } = useSpoken();
  return {
    rate: (rate: Rate, of?: Population) => rateIn(language, rate, of),
    short: (rate: Rate) => shortRateIn(language, rate),
  };
}
