import { asciiForms } from './check-digit.ts';
import { isNote } from './note.ts';

/** What stands between numbers and in none of them. A slash may be in a number's short parts. */
const BETWEEN = /[,;|&+/\\\n\r\u3001•]|<[^>]*>|\s(?:and|und|et|y|e|plus|sowie|or|oder|ou|o)\s/iu;
const WORD_ENDS = /[\s.·\-–—…:=#!?*_()[\]{}<>"'“”„,;|&+/\\•\u3001]+/u;
/** No carrier's number is shorter, except in lists of numbers that look the same. */
const NUMBER_CHARS_MIN = 8;
/** Numbers are printed in groups of up to eight characters; a longer word is a whole number. */
const WHOLE_CHARS_MIN = 10;
const LISTED_CHARS_MIN = 5;
const DIGITS_MIN = 5;
/** `420` and a ZIP, which precede a number in its barcode. */
const ROUTING = /^420(?:\d{5}|\d{9})$/;
const PHONE = /(?<=^|\s)\+\d[\d\s()./-]{6,}/g;

/**
 * The numbers in a field that somebody filled with several, each in its own words; the text alone
 * if it holds one, also one in groups. Knows no carriers, so that each entrance can split a field
 * before it knows whose numbers they are. Pure and linear.
 *
 * @example numbersIn('1Z999AA10123456784, 1Z999AA10123456793').length // 2
 * @example numbersIn('RU 936 061 244 GB').length // 1
 */
export function numbersIn(given: string): readonly string[] {
  const text = asciiForms(given.normalize('NFKC'))
    .replace(/\p{Cf}/gu, '')
    .replace(PHONE, ' ');
  const found = text.includes('://') ? inAddresses(text) : severalIn(text);
  const bare = (number: string) => number.replace(/[^\p{L}\p{N}]/gu, '').toUpperCase();
  const each = new Map(found.map((number) => [bare(number), number.trim()]));
  return each.size > 1 ? [...each.values()] : [given];
}

/** The same numbers on one line, for fields that refuse line ends. */
export function onOneLine(text: string): string {
  const lines = numbersIn(text).map((number) => number.replace(/[\s\p{Cc}]+/gu, ' ').trim());
  return lines.join(', ');
}

function severalIn(text: string): readonly string[] {
  const parts = text.split(BETWEEN).filter((part) => isWhole(part, NUMBER_CHARS_MIN));
  if (parts.length > 1) return parts;
  const listed = text.includes('/') ? [] : text.split(BETWEEN).map((part) => part.trim());
  const [first = ''] = listed;
  const isList = listed.length > 1 && isWhole(first, LISTED_CHARS_MIN, 3) && !/\s/.test(first);
  if (isList && listed.every((part) => shapeOf(part) === shapeOf(first))) return listed;
  const words = text.split(WORD_ENDS);
  const whole = words.filter((word) => isWhole(word, WHOLE_CHARS_MIN) && !ROUTING.test(word));
  return whole.length > 1 ? whole : repeated(words.filter((word) => word !== ''));
}

function isWhole(part: string, charsMin: number, digitsMin = DIGITS_MIN): boolean {
  const chars = part.replace(/[^\p{L}\p{N}]/gu, '').length;
  return chars >= charsMin && (part.match(/\d/g)?.length ?? 0) >= digitsMin && !isNote(part);
}

const shapeOf = (text: string) => text.replace(/\p{L}/gu, 'A').replace(/\d/g, '9');

/**
 * Numbers of the same groups after one another (`RR 123 456 785 DE RR 123 456 799 DE`), and those
 * that lost the line end between them. Groups that are all alike may be of one number.
 */
function repeated(words: readonly string[]): readonly string[] {
  const shapes = words.map(shapeOf);
  const [only = ''] = words;
  if (words.length === 1) {
    const size = /^(.{10,32}?)\1+$/.exec(shapeOf(only))?.[1]?.length;
    return size !== undefined && /\p{L}/u.test(only) ? chunks(Array.from(only), size, '') : [];
  }
  const size = shapes.findIndex(
    (_, at) => at > 1 && shapes.length % at === 0 && shapes.every((s, i) => s === shapes[i % at]),
  );
  const isOneOf = size > 1 && new Set(shapes).size > 1;
  const numbers = isOneOf ? chunks(words, size, ' ') : [];
  return numbers.every((number) => isWhole(number, WHOLE_CHARS_MIN)) ? numbers : [];
}

function chunks(parts: readonly string[], size: number, by: string): readonly string[] {
  return Array.from({ length: parts.length / size }, (_, at) =>
    parts.slice(at * size, (at + 1) * size).join(by),
  );
}

/** Several addresses, or several numbers in a part of one. */
function inAddresses(text: string): readonly string[] {
  const addresses = text.split(/[\s,;|<>"']+(?=https?:)/i).filter((part) => part.includes('://'));
  if (addresses.length > 1) return addresses;
  const decoded = (part: string) => part.replace(/%(?:20|2C|3B|0A|7C)/gi, ' ');
  const parts = text.split(/[/?&=#]/).map((part) => severalIn(decoded(part).replaceAll('+', ' ')));
  return parts.find((found) => found.length > 1) ?? [];
}
