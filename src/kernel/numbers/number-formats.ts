import { countryOfName } from '../places/country-names.ts';
import { bareNumber, type CheckDigitRule, digitsOf, s10CheckDigit } from './check-digit.ts';

/** The check digit or letter that a number has, and the one that it would have to have. */
export interface CheckedDigit {
  readonly found: string;
  readonly wanted: number | string;
}

/** One form of a carrier's numbers. The adapters know which forms there are. */
export interface NumberFormat {
  /** The name of the form, such as `express_12`. */
  readonly format: string;
  /** For people, after "It has the form of": `an Express number: 12 digits`. */
  readonly form: string;
  /** Matches the whole bare number. */
  readonly shape: RegExp;
  /** Returns null for a number without a check digit; absent: no check digit is known. */
  readonly check?: (number: string) => CheckedDigit | null;
  /** How likely such a number is the carrier's when its check digit fits, or when it has none. */
  readonly certainty: number;
  /** The certainty when the check digit does not fit; needed with `check`. */
  readonly certaintyFails?: number;
  /** A sentence about who else uses this form, or how often it means nothing. */
  readonly but?: string;
}

interface FormatReading {
  readonly format: string;
  readonly certainty: number;
  readonly checkDigit: 'valid' | 'invalid' | 'none';
  readonly why: string;
}

/** Returns the result of the first form that fits a bare number; null if none does. */
export function readByFormats(
  formats: readonly NumberFormat[],
  number: string,
): FormatReading | null {
  const format = formats.find(({ shape }) => shape.test(number));
  return format === undefined ? null : readAs(format, number);
}

export function readAs(format: NumberFormat, number: string): FormatReading {
  const { certainty, certaintyFails = certainty, form, but } = format;
  const end = but === undefined ? '' : ` ${but}`;
  const checked = format.check?.(number) ?? null;
  if (checked === null) {
    const why = `It has the form of ${form}, which has no check digit known to us.${end}`;
    return { format: format.format, certainty, checkDigit: 'none', why };
  }
  const { found, wanted } = checked;
  if (found === String(wanted)) {
    const why = `It has the form of ${form}, and its check digit ${found} is right.${end}`;
    return { format: format.format, certainty, checkDigit: 'valid', why };
  }
  return {
    format: format.format,
    certainty: certaintyFails,
    checkDigit: 'invalid',
    why: `It has the form of ${form}, but its check digit is ${found} and should be ${wanted}.${end}`,
  };
}

/**
 * Returns a recogniser of a carrier whose numbers have these forms, the most specific first, and
 * are letters and digits only.
 */
export function recogniserOf(formats: readonly NumberFormat[]): {
  readonly normalize: (input: string) => string;
  readonly recognise: (number: string) => readonly FormatReading[];
} {
  return {
    normalize: bareNumber,
    recognise: (number) => {
      const reading = readByFormats(formats, number);
      return reading === null ? [] : [reading];
    },
  };
}

/** Checks the last digit of a part of the number, by default of all of it. */
export function lastDigit(
  rule: CheckDigitRule,
  part: (number: string) => string = (number) => number,
): (number: string) => CheckedDigit | null {
  return (number) => {
    const digits = digitsOf(part(number));
    if (digits === null || digits.length < 2) return null;
    return { found: String(digits.at(-1)), wanted: rule(digits.slice(0, -1)) };
  };
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

/** Reads a postal item's number; null for other forms and for letters that are not a country's. */
export function postalItem(number: string): PostalItem | null {
  const [, serial = '', found = '', country = ''] = S10.exec(number) ?? [];
  if (country === '') return null;
  if (!OTHER_POSTS.has(country) && countryOfName(country) !== country) return null;
  return { country, digit: { found, wanted: s10CheckDigit(digitsOf(serial) ?? []) } };
}

/**
 * The form of postal items (UPU S10) of a country, for its post: letters and check digit leave
 * little doubt.
 *
 * @param country ISO 3166-1 alpha-2, such as `NO`.
 */
export function postalItemFormat(country: string): NumberFormat {
  return {
    format: 's10',
    form: `an international item of the post of ${country} (UPU S10)`,
    shape: new RegExp(`^[A-Z]{2}\\d{9}${country}$`),
    check: lastDigit(s10CheckDigit, (number) => number.slice(2, -2)),
    certainty: 0.95,
    certaintyFails: 0.2,
  };
}
