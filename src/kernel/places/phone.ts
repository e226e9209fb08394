const E164 = /^\+[1-9]\d{6,14}$/;
/** After the zero: an area or a mobile network, and a subscriber. */
const NATIONAL = /^0([1-9]\d{6,11})$/;
/** Area, exchange and line, which in North America begin with no 0 and no 1. */
const NORTH_AMERICAN = /^1?([2-9]\d{2}[2-9]\d{6})$/;

/**
 * A phone number in international form (`+4915112345678`), given the country in which it was
 * written in national form; null if that cannot be decided safely.
 */
export function internationalPhone(text: string, country: string | null): string | null {
  // +49 (0)30 …: the zero is dialled at home only.
  const digits = text
    .trim()
    .replace(/^(\+[^(]*)\(0\)/, '$1')
    .replace(/[\s().\-/]/g, '')
    .replace(/^00/, '+');
  if (digits.startsWith('+')) return E164.test(digits) ? digits : null;
  const here = country?.toUpperCase() ?? '';
  if (here === 'US' || here === 'CA') {
    const number = NORTH_AMERICAN.exec(digits)?.[1];
    return number === undefined ? null : `+1${number}`;
  }
  const code = Object.hasOwn(CODES, here) ? CODES[here] : undefined;
  const number = NATIONAL.exec(digits)?.[1];
  return code === undefined || number === undefined ? null : `+${code}${number}`;
}

/** A number that passed through a spreadsheet: `4915112345678.0`. */
const SPREADSHEET_ZERO = /^(\s*\+?\d{7,})\.0+\s*$/;
/** What is dialled after the call is taken; no message reaches it. */
const EXTENSION =
  /[\s,;(]*(?:#|\b(?:ext(?:ension|n)?|durchwahl|dw|app(?:arat)?|poste|anexo|int)\b\.?:?|(?<=\d\s?)x)\s*\d{1,6}\)?\s*$/i;

/** As in E.164; shorter ones are called within a building. */
const DIGITS_MIN = 5;
const DIGITS_MAX = 15;

/**
 * The phone number in a text, without labels, remarks, extensions and invisible characters; null if its digits
 * are not those of one number.
 *
 * @example onePhone('Tel.: 030 1234567 (abends)') // '030 1234567'
 */
export function onePhone(text: string): string | null {
  const plain = text
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .replace(/\p{Pd}/gu, '-')
    .replace(SPREADSHEET_ZERO, '$1')
    .replace(EXTENSION, '');
  const [before = '', ...parts] = plain.split(/\d/);
  const after = parts.at(-1) ?? '';
  const lead = /\(?\+?\s?$/.exec(before.slice(-3))?.[0] ?? '';
  const number = plain.slice(before.length - lead.length, plain.length - after.length).trim();
  const isNumber = /^[\d\s()+./-]+$/.test(number) && !number.slice(2).includes('+');
  const isAlone = isNumber && !/\p{L}\d|\d\p{L}/u.test(plain);
  return isAlone && parts.length >= DIGITS_MIN && parts.length <= DIGITS_MAX ? number : null;
}

/**
 * Calling codes (ITU-T E.164) of countries where a 0 before the national number is dialled at home and
 * left out from abroad. Not here: those that keep it (Italy), dial something else (Hungary, Brazil) or
 * nothing.
 */
const CODES: Readonly<Record<string, number>> = {
  AE: 971,
  AT: 43,
  AU: 61,
  BE: 32,
  BG: 359,
  CH: 41,
  DE: 49,
  FI: 358,
  FR: 33,
  GB: 44,
  HR: 385,
  ID: 62,
  IE: 353,
  IL: 972,
  IN: 91,
  JP: 81,
  KR: 82,
  MY: 60,
  NL: 31,
  NZ: 64,
  PH: 63,
  RO: 40,
  RS: 381,
  SA: 966,
  SE: 46,
  SI: 386,
  SK: 421,
  TH: 66,
  TR: 90,
  TW: 886,
  UA: 380,
  ZA: 27,
};
