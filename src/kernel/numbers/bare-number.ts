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
