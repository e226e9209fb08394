import { countryOfName } from '../places/country-names.ts';
import { digitsOf, s10CheckDigit } from './check-digit.ts';
import type { CheckedDigit } from './number-formats.ts';

/** A postal item as UPU S10 numbers it: two letters of service, nine digits, a country. */
export interface PostalItem {
  readonly country: string;
  readonly digit: CheckedDigit;
}

const S10 = /^[A-Z]{2}(\d{8})(\d)([A-Z]{2})$/;
/**
 * Codes that occur on no parcel network's list of countries: territories with hardly any
 * inhabitants, and posts whose numbers use a code that is not (or no longer) a country of ISO
 * 3166-1: the Netherlands Antilles, Kosovo, Ascension, Tristan da Cunha, the United Nations.
 */
const OTHER_POSTS: ReadonlySet<string> = new Set('AC AN AQ BV GS HM IO TA TF UM UN XK'.split(' '));

/** Null for other forms and for letters that are not a country's. */
export function postalItem(number: string): PostalItem | null {
  const [, serial = '', found = '', country = ''] = S10.exec(number) ?? [];
  if (country === '') return null;
  if (!OTHER_POSTS.has(country) && countryOfName(country) !== country) return null;
  return { country, digit: { found, wanted: s10CheckDigit(digitsOf(serial) ?? []) } };
}
