import { countryOfName } from '../places/country-names.ts';
import type { CheckedDigit } from './number-formats.ts';

/**
 * Check-digit rules that parcel numbers share. Each takes the values *before* the check digit, most
 * significant first, and returns the digit that must follow. The adapters know which rule belongs
 * to which number; this file only calculates.
 */
export type CheckDigitRule = (values: readonly number[]) => number;

/** The digits of a text, or null when it is empty or holds anything but ASCII 0–9. */
export function digitsOf(text: string): readonly number[] | null {
  if (!/^[0-9]+$/.test(text)) return null;
  return Array.from(text, Number);
}

/**
 * True when `number` is all digits and its last one is what `rule` makes of the others.
 *
 * @example endsInCheckDigit('4006381333931', gs1CheckDigit) // true (an EAN-13)
 */
export function endsInCheckDigit(number: string, rule: CheckDigitRule): boolean {
  const digits = digitsOf(number);
  if (digits === null || digits.length < 2) return false;
  return rule(digits.slice(0, -1)) === digits[digits.length - 1];
}

/**
 * Weighted sum, and the digit that lifts it to a multiple of ten. Weights repeat from the right,
 * beginning beside the check digit, so that one rule serves numbers of any length.
 */
export function mod10CheckDigit(
  values: readonly number[],
  weightsFromRight: readonly number[],
): number {
  return (10 - (weightedSum(values, weightsFromRight) % 10)) % 10;
}

/** GS1 mod 10 (SSCC, GTIN, and the postal numbers that borrowed it): weights 3, 1 from the right. */
export function gs1CheckDigit(values: readonly number[]): number {
  return mod10CheckDigit(values, [3, 1]);
}

/** Weighted sum mod 11, a ten written as zero. Weights repeat from the right. */
export function mod11Mod10CheckDigit(
  values: readonly number[],
  weightsFromRight: readonly number[],
): number {
  return (weightedSum(values, weightsFromRight) % 11) % 10;
}

/** The number as a whole, mod 7; digit by digit, because long numbers do not fit a double. */
export function mod7CheckDigit(values: readonly number[]): number {
  return values.reduce((rest, value) => (rest * 10 + value) % 7, 0);
}

const S10_WEIGHTS_FROM_RIGHT = [7, 9, 5, 3, 2, 4, 6, 8];

/** UPU S10 over the eight serial digits: 11 − (sum mod 11), where 10 becomes 0 and 11 becomes 5. */
export function s10CheckDigit(values: readonly number[]): number {
  const check = 11 - (weightedSum(values, S10_WEIGHTS_FROM_RIGHT) % 11);
  return check === 10 ? 0 : check === 11 ? 5 : check;
}

function weightedSum(values: readonly number[], weightsFromRight: readonly number[]): number {
  const last = values.length - 1;
  return values.reduce(
    (sum, value, i) => sum + value * (weightsFromRight[(last - i) % weightsFromRight.length] ?? 0),
    0,
  );
}

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
