/**
 * Check-digit rules that parcel numbers share. Each takes the values *before* the check digit, most
 * significant first, and returns the digit that must follow. The adapters know which rule belongs
 * to which number; this file only calculates.
 */
export type CheckDigitRule = (values: readonly number[]) => number;

/** The digits of a text, or null when it is empty or contains anything but ASCII 0–9. */
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
 * Returns the digit that raises the weighted sum to a multiple of ten. Weights repeat from the
 * right, beginning next to the check digit, so that one rule serves numbers of any length.
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

/**
 * The longest text in which a number is searched: a carrier's tracking URL with parameters and a
 * label fits several times; a longer text was not pasted for a number.
 */
export const PASTED_CHARS_MAX = 512;

const BARE = /^[0-9A-Z]*$/;

const NOT_ASCII = /[^\p{ASCII}]/gu;

/**
 * The text with ASCII in place of other forms of it (full-width, bold, circled) and of the digits of
 * every script, character by character. Total, idempotent and linear.
 *
 * @example asciiForms('＃١٢') // '#12'
 */
export function asciiForms(text: string): string {
  return text.replace(NOT_ASCII, (char) => {
    const plain = char.normalize('NFKC');
    if (/^[!-~]$/.test(plain)) return plain;
    return isDigit(char) ? digitOf(char.codePointAt(0) ?? 0) : char;
  });
}

const isDigit = (char: string) => /^\p{Nd}$/u.test(char);

/** Unicode has the digits of a script in their order, zero first. */
function digitOf(codePoint: number): string {
  let zero = codePoint;
  while (isDigit(String.fromCodePoint(zero - 1))) zero -= 1;
  return String((codePoint - zero) % 10);
}

/**
 * What people, mails, web pages and scanners put between and around the characters of a number:
 * blanks of every width, invisible and control characters, dashes, dots, quotes, brackets, the
 * asterisks of Code 39, a number sign. No slash, comma, colon or plus: a date or a phone number stays unchanged.
 */
const STRAY = /[\s\p{Cc}\p{Cf}\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}.·•#*_'"`´<>№\u2212\u2032\u2033]/gu;

/**
 * The characters of a number without separators, as ASCII where they have such a form, in capitals. Total,
 * idempotent and linear; removes nothing from the number itself.
 *
 * @example bareNumber(' 1z 999-aa1 01.2345 6784') // '1Z999AA10123456784'
 */
export function bareNumber(text: string): string {
  if (BARE.test(text)) return text;
  return asciiForms(text).replace(STRAY, '').toUpperCase();
}
