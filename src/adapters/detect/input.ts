import { asciiForms, bareNumber, PASTED_CHARS_MAX } from '../../kernel/numbers/check-digit.ts';

/** One way to read a pasted text as a number. */
export interface PastedNumber {
  readonly text: string;
  /** The text without the characters between those of the number (`bareNumber`). */
  readonly bare: string;
  /**
   * The page that the number was on, if the text is a URL such as `https://www.acme.test/track/…`.
   */
  readonly page: PastedPage | null;
}

export interface PastedPage {
  /** The host in lower case. */
  readonly host: string;
  /**
   * The two path segments before the number, joined by a slash; null if the number was not in the
   * path.
   */
  readonly before: string | null;
}

/** Parameters and parts of a path that are checked; tracking pages have fewer. */
const PARTS_MAX = 24;
/** Words of a text that are checked: a label before the number and a remark after it. */
const WORDS_MAX = 48;

/**
 * Finds candidates for the number in a pasted text, in groups: when one of a group is a carrier's
 * number, the later groups are skipped. First comes each parameter and part of a URL, if there is
 * one, then the text as a whole, then the text without the words around the number ("Tracking no.:
 * …"). Pure and linear in the length of the text; fetches nothing.
 */
export function* pastedNumbers(pasted: string): Generator<readonly PastedNumber[]> {
  if (pasted.length > PASTED_CHARS_MAX) return;
  const input = asciiForms(pasted.replace(NUMBER_SIGN, ' '));
  const address = input.includes('/') ? addressIn(input) : null;
  if (address !== null) yield numbersIn(address.url);
  const seen = new Set<string>();
  for (const read of READINGS) {
    const text = read(address?.around ?? input);
    const bare = bareNumber(text);
    if (seen.has(bare) || !mayBeNumber(bare)) continue;
    seen.add(bare);
    yield [{ text, bare, page: null }];
  }
}

/** `№`, `Nº`: no part of a number, but their forms in ASCII would be. */
const NUMBER_SIGN = /№|(?<!\p{L})n[°º]/giu;

/**
 * The text without words that a colon or a number sign separates from a number, for numbers of forms
 * that no carrier recognises.
 *
 * @example withoutLabel('Tracking no.: 12-AB') // '12-AB'
 */
export function withoutLabel(pasted: string): string {
  const parts = asciiForms(pasted.replace(NUMBER_SIGN, '#'))
    .split(/[:=#]/)
    .filter((part) => part.trim() !== '');
  const [label = '', number = ''] = parts;
  const isLabel = parts.length === 2 && /^\D*\p{L}{2}\D*$/u.test(label) && /\d/.test(number);
  return isLabel ? number : pasted;
}

/** The readings to try in this order, until one is a known number. */
const READINGS: readonly ((input: string) => string)[] = [
  (input) => input,
  (input) => withoutWords(input, LONG_WORD),
  (input) => withoutWords(input, WORD),
  (input) => onlyLongWord(input),
];

/** A barcode with its routing has 42 characters; a longer text is not a number. */
const NUMBER_CHARS_MAX = 64;

function mayBeNumber(bare: string): boolean {
  return bare.length <= NUMBER_CHARS_MAX && /[0-9]/.test(bare);
}

/**
 * Characters between the words of a label and the number, but not inside a number; letters of
 * scripts in which no carrier numbers parcels are such, too.
 */
const BETWEEN_WORDS = /(?:[\s:;,=|#*"'`?!&\\<>()[\]]|[^\p{ASCII}\p{Script=Latin}\p{M}])+/u;
/**
 * A point after two letters, as in "No.", ends a word; one after a digit or a single letter may be
 * inside a number.
 */
const ABBREVIATION = /(\p{L}\p{L})\./gu;
/**
 * Words that are certainly not part of a number. Two letters may be the service or the country of a
 * postal item; three are neither.
 */
const LONG_WORD = /^(?:[^0-9]{3,}|[^0-9\p{L}]+)$/u;
const WORD = /^[^0-9]+$/;

/** Returns the only word as long as a number, if remarks have digits: `Parcel 1 of 2: …`. */
function onlyLongWord(input: string): string {
  const [word = '', ...others] = wordsOf(input).filter((each) => /^(?=.*\d{5}).{8,}$/.test(each));
  return others.length === 0 ? word : '';
}

/** Returns the text without the words at both ends that match `droppable`. */
function withoutWords(input: string, droppable: RegExp): string {
  const words = wordsOf(input);
  let from = 0;
  while (from < words.length && droppable.test(words[from] ?? '')) from += 1;
  let to = words.length;
  while (to > from && droppable.test(words[to - 1] ?? '')) to -= 1;
  return words.slice(from, to).join(' ');
}

function wordsOf(input: string): readonly string[] {
  return input
    .replace(ABBREVIATION, '$1 ')
    .split(BETWEEN_WORDS)
    .map(withoutSlashes)
    .filter((word) => word !== '')
    .slice(0, WORDS_MAX);
}

/**
 * Cuts slashes at both ends, which are the rest of a URL that was cut in the middle; a date keeps
 * its slashes.
 */
function withoutSlashes(word: string): string {
  let from = 0;
  while (word[from] === '/') from += 1;
  let to = word.length;
  while (to > from && word[to - 1] === '/') to -= 1;
  return word.slice(from, to);
}

/** Finds the first URL in the text, also without `https://`, and the text around it. */
function addressIn(input: string): { readonly url: URL; readonly around: string } | null {
  for (const word of input.split(/[\s<>"'`„“”«»]/u)) {
    const scheme = word.search(/https?:\/\//i);
    if (scheme === -1 && !/^[a-z0-9-]{1,63}\.[a-z0-9.-]{2,190}[/?]/i.test(word)) continue;
    const address = scheme === -1 ? `https://${word}` : word.slice(scheme);
    if (!URL.canParse(address)) continue;
    const around = input.replace(scheme === -1 ? word : address, () => ' ');
    return { url: new URL(address), around };
  }
  return null;
}

/** Returns the parameters and parts of the path of a URL that may be numbers, parameters first. */
function numbersIn(url: URL): PastedNumber[] {
  const host = url.hostname.toLowerCase();
  // Pages that scripts render have their parameters after the hash.
  const [hashPath = '', hashQuery = ''] = url.hash.slice(1).split('?', 2);
  const values = [...url.searchParams.values(), ...new URLSearchParams(hashQuery).values()];
  const named = new URLSearchParams(hashPath.includes('=') ? hashPath : '').values();
  const parts = [...url.pathname.split('/'), ...hashPath.split('/')].map(decoded);
  const inQuery = [...values, ...named]
    // The value is one number in groups, as pages print it, or several numbers.
    .flatMap((value) => [...new Set([value, ...value.split(/[,;\s]/)])])
    .map((text) => ({ text, before: null }));
  const inPath = parts.map((part, index) => ({
    text: part.split(/[,;\s]/, 1)[0] ?? '',
    before: parts.slice(Math.max(0, index - 2), index).join('/'),
  }));
  return [...inQuery, ...inPath]
    .map(({ text, before }) => ({ text, bare: bareNumber(text), page: { host, before } }))
    .filter(({ bare }) => mayBeNumber(bare))
    .slice(0, PARTS_MAX);
}

/** Decodes a part of a URL; returns it unchanged if it is malformed. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
