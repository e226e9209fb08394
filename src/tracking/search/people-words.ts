import { internationalPhone } from '../../kernel/places/phone.ts';

/** The personal data of a shipment's destination. */
export interface People {
  readonly recipient: Readonly<Record<string, unknown>> | null;
  readonly destination: Readonly<Record<string, unknown>> | null;
}

/**
 * Shortest indexed prefix. Shorter ones are too few to hide behind their hashes: a table of how
 * often names begin with each letter would reveal them. A shorter word is indexed whole.
 */
export const PREFIX_MIN = 3;
/** Longest indexed prefix. A longer word in a search is cut, and finds a little more. */
export const PREFIX_MAX = 12;
/** The limit of one parcel, reached only by names of a dozen words. */
export const ENTRIES_MAX = 64;
/** Fewest digits of a phone number; fewer are an extension, or no phone number at all. */
const PHONE_DIGITS_MIN = 6;
/** Scripts in which one character is a syllable or a word. */
const DENSE = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
/** Letters with a stroke and ligatures, which Unicode normalization does not decompose. */
const SPELLED: Readonly<Record<string, string>> = {
  ...{ ς: 'σ', ø: 'o', đ: 'd', ð: 'd', þ: 'th', ł: 'l', æ: 'ae', œ: 'oe', ı: 'i' },
};

/**
 * Returns the entries of the index for a recipient: prefixes of the words of names and of the email
 * address (`w annab`), the part before its `@` (`m annabella.quist`) and phone numbers (`p 4179…`).
 */
export function indexedEntries({ recipient, destination }: People): readonly string[] {
  const mail = splitMail(textOf(recipient, 'email'));
  const texts = [textOf(recipient, 'name'), textOf(destination, 'name'), mail.local, mail.domain];
  return [
    ...new Set([
      ...phoneEntries(textOf(recipient, 'phone'), textOf(destination, 'country')),
      ...mail.entries,
      ...texts.flatMap(wordsOf).flatMap(prefixesOf),
    ]),
  ].slice(0, ENTRIES_MAX);
}

/**
 * Returns the entries that a recipient must have, all of them, to be found by a text without
 * spaces. The last word may be incomplete, so that one too short for the index is left out, unless
 * it is the only one.
 */
export function wantedEntries(text: string): readonly string[] {
  const mail = splitMail(text);
  const words = wordsOf(text.includes('@') ? mail.domain : text);
  const last = words.at(-1) ?? '';
  const isOpen = words.length + mail.entries.length > 1 && isTooShort(last);
  const entries = (isOpen ? words.slice(0, -1) : words).map((word) => `w ${truncated(word)}`);
  return [...new Set([...mail.entries, ...entries])];
}

/** Whether a text is the beginning of a word that the index does not have yet. */
export function isTooShort(text: string): boolean {
  return !DENSE.test(text) && [...text].length < PREFIX_MIN;
}

/** Returns an entry for each way to write a phone number: as given, and as dialled from abroad. */
export function phoneEntries(text: string, country: string | null): readonly string[] {
  if (!/^[\d\s().+/-]+$/.test(text)) return [];
  const abroad = internationalPhone(text, country) ?? '';
  const digits = [text, abroad].map((each) => each.replaceAll(/\D/g, '').replace(/^00/, ''));
  return [...new Set(digits)]
    .filter(({ length }) => length >= PHONE_DIGITS_MIN)
    .map((each) => `p ${each}`);
}

/** Splits an email address, or the beginning of one. Before the `@`, it is indexed as a whole. */
function splitMail(text: string) {
  const at = text.lastIndexOf('@');
  if (at === -1) return { local: '', domain: '', entries: [] };
  const local = folded(text.slice(0, at).trim());
  return { local, domain: text.slice(at + 1), entries: local === '' ? [] : [`m ${local}`] };
}

/** Returns a text as it is compared: without case, accents and marks. */
function folded(text: string): string {
  const plain = text.normalize('NFKD').toUpperCase().toLowerCase().normalize('NFKD');
  return plain
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[ςøđðþłæœı]/g, (letter) => SPELLED[letter] ?? letter);
}

function wordsOf(text: string): readonly string[] {
  return folded(text).match(/[\p{L}\p{N}]+/gu) ?? [];
}

function prefixesOf(word: string): readonly string[] {
  const letters = [...word].slice(0, PREFIX_MAX);
  const shortest = Math.min(letters.length, DENSE.test(word) ? 1 : PREFIX_MIN);
  return letters.map((_, at) => `w ${letters.slice(0, at + 1).join('')}`).slice(shortest - 1);
}

function truncated(word: string): string {
  return [...word].slice(0, PREFIX_MAX).join('');
}

function textOf(object: Readonly<Record<string, unknown>> | null, name: string): string {
  const value = object?.[name];
  return typeof value === 'string' ? value : '';
}
