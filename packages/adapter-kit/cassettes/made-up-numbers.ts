import type { NumberRecogniser } from 'waybill/adapter';

/** From 0 up to, but not including, 1. */
export type Random = () => number;

/** The leading digits identify the service or the mailer; randomising the rest is enough. */
const DIGITS_BEFORE = 4;
/** One in ten passes a check digit, one in a hundred two of them. */
const TRIES_MAX = 4_000;

/**
 * Another number of the same form: the same letters, the same beginning, other digits, and a valid
 * check digit if the first one's is valid. Null where none was found. Pure but for `random`.
 *
 * @param fixed a part that must read differently, and how: a number within the number.
 */
export function madeUpNumber(
  number: string,
  recogniser: NumberRecogniser,
  random: Random,
  fixed: { readonly from: string; readonly to: string } | null = null,
): string | null {
  const [wanted] = recogniser.recognise(recogniser.normalize(number));
  const at = fixed === null ? -1 : number.indexOf(fixed.from);
  const isFree = (nr: number) =>
    fixed === null || at < 0 || nr < at || nr >= at + fixed.from.length;
  const start = at < 0 || fixed === null ? number : number.replace(fixed.from, fixed.to);
  const digits = [...start].flatMap((char, nr) => (/\d/.test(char) && isFree(nr) ? [nr] : []));
  const loose = digits.length > DIGITS_BEFORE ? digits.slice(digitsBefore(digits.length)) : digits;
  for (let attempt = 0; attempt < TRIES_MAX; attempt += 1) {
    const made = withDigits(start, loose, random);
    if (made === number) continue;
    if (wanted === undefined) return made;
    const [read] = recogniser.recognise(recogniser.normalize(made));
    if (read?.format === wanted.format && read.checkDigit === wanted.checkDigit) return made;
  }
  return null;
}

/** A short number retains fewer digits, so that most of it is invented. */
function digitsBefore(digits: number): number {
  return Math.min(DIGITS_BEFORE, Math.floor(digits / 3));
}

/** The same text with other digits and, in hexadecimal ones, other letters. */
export function sameShape(text: string, random: Random): string {
  const isHex = /^[0-9a-f-]+$/i.test(text) && /[a-f]/i.test(text);
  return [...text]
    .map((char) => {
      if (/\d/.test(char)) return String(Math.floor(random() * 10));
      if (!isHex || !/[a-f]/i.test(char)) return char;
      const letter = 'abcdef'[Math.floor(random() * 6)] ?? 'a';
      return char === char.toUpperCase() ? letter.toUpperCase() : letter;
    })
    .join('');
}

function withDigits(text: string, at: readonly number[], random: Random): string {
  const chars = [...text];
  for (const nr of at) chars[nr] = String(Math.floor(random() * 10));
  return chars.join('');
}
