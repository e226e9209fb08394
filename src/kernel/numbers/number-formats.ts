import { type CheckDigitRule, digitsOf } from './check-digit.ts';

/** The check digit a number has and the one it would have to have. */
export interface CheckedDigit {
  readonly found: string;
  readonly wanted: number;
}

/** One form of a carrier's numbers. Which there are is the adapters' knowledge. */
export interface NumberFormat {
  /** e.g. `express_12`. */
  readonly format: string;
  /** For people, after "It has the form of": `an Express number: 12 digits`. */
  readonly form: string;
  /** Of the bare number, from end to end. */
  readonly shape: RegExp;
  /** Null for a number that cannot be summed; absent: no sum is known. */
  readonly check?: (number: string) => CheckedDigit | null;
  /** How likely such a number is the carrier's when its check digit fits, or when it has none. */
  readonly certainty: number;
  /** The same when the check digit does not fit; needed with `check`. */
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

/** The result of the first form that fits a bare number; null when none does. */
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

/**
 * Longest text in which a number is searched: a carrier's tracking URL with its parameters and a
 * label before it fits several times; a longer text was not pasted for a number.
 */
export const PASTED_CHARS_MAX = 512;

const BARE = /^[0-9A-Z]*$/;
const FULL_WIDTH = /[\uff01-\uff5e]/g;
/** How far the full-width forms of ASCII lie behind ASCII. */
const FULL_WIDTH_BY = 0xfee0;
/**
 * What people, mails, web pages and scanners put between and around the characters of a number:
 * blanks of every width, invisible and control characters, dashes, dots, quotes, brackets, the
 * asterisks of Code 39. No slash, comma, colon or plus: a date or a phone number stays unchanged.
 */
const STRAY = /[\s\p{Cc}\p{Cf}\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}.·•#*_'"`´<>\u2212\u2032\u2033]/gu;

/**
 * The characters of a number without separators, in capitals, with full-width ones replaced. Total,
 * idempotent and linear; removes nothing from the number itself.
 *
 * @example bareNumber(' 1z 999-aa1 01.2345 6784') // '1Z999AA10123456784'
 */
export function bareNumber(text: string): string {
  if (BARE.test(text)) return text;
  return text
    .replace(FULL_WIDTH, (char) => String.fromCharCode(char.charCodeAt(0) - FULL_WIDTH_BY))
    .replace(STRAY, '')
    .toUpperCase();
}
