import { parseJsonOrNull } from '../kernel/wire/loose.ts';
import { withoutSecrets } from '../kernel/wire/secret-texts.ts';
import type { InboundMessage } from './inbound-message.ts';
import { isCodeKey, isCountryKey, isNumberKey, isPersonal, isUnitKey } from './redact-keys.ts';

/**
 * Shows an operator what a carrier sent without revealing whose parcel it was: structure, codes and
 * times stay, everything else is masked unless its words are known to be harmless. Nothing is shown
 * because it looks harmless by itself: a name in capitals looks like a code, so a code is shown
 * under a key that says it is one, and a word when a carrier's own list of codes uses it. Pure.
 */

/**
 * Words that carriers use in general: those of their documented codes and of the hub's own texts.
 */
export type Vocabulary = ReadonlySet<string>;

const MASK = '▒▒▒';

export interface RedactedContent {
  /** The values of headers that say how to read the body; of the others only the name. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body, pretty-printed if it was JSON. */
  readonly body: string;
  /** Whether there was more than is shown. */
  readonly cut: boolean;
}

/** Limit of characters: more than a screen shows and a person reads. */
const SHOWN_CHARS_MAX = 65_536;
/**
 * Limit of nesting: deeper than any carrier nests, and a stranger's nesting must not exhaust the
 * stack.
 */
const DEPTH_MAX = 40;
/** Limit of members and items of one body; a batch of the largest carrier has a tenth of it. */
const NODES_MAX = 20_000;

const PLAIN_HEADERS = new Set(['content-type', 'content-length', 'date', ':status']);

/**
 * Returns the headers and body of an inbound message with everything masked that may be personal.
 */
export function redactContent(
  { headers, body }: Pick<InboundMessage, 'headers' | 'body'>,
  vocabulary: Vocabulary,
): RedactedContent {
  const shown = redactBody(body, vocabulary);
  return {
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name,
        PLAIN_HEADERS.has(name) ? value.slice(0, 200) : MASK,
      ]),
    ),
    body: shown.text.slice(0, SHOWN_CHARS_MAX),
    cut: shown.cut || shown.text.length > SHOWN_CHARS_MAX,
  };
}

function redactBody(
  body: Uint8Array,
  vocabulary: Vocabulary,
): { readonly text: string; readonly cut: boolean } {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return { text: `(${body.length} bytes that are not UTF-8 text)`, cut: false };
  }
  const json = parseJsonOrNull(text);
  if (json === null) {
    return { text: redactMarkup(text, vocabulary), cut: text.length > SHOWN_CHARS_MAX };
  }
  return { text: JSON.stringify(redactValue(json.value, vocabulary), null, 2) ?? '', cut: false };
}

/**
 * Masks every value of a JSON document that may be personal, and every key that no schema would
 * define; keeps the structure up to the limits.
 */
export function redactValue(value: unknown, vocabulary: Vocabulary): unknown {
  let nodesLeft = NODES_MAX;
  const walk = (node: unknown, key: string, personal: boolean, depth: number): unknown => {
    nodesLeft -= 1;
    if (nodesLeft < 0 || depth > DEPTH_MAX) return MASK;
    if (Array.isArray(node)) return node.map((item) => walk(item, key, personal, depth + 1));
    if (typeof node !== 'object' || node === null) {
      return personal ? maskLeaf(node, key) : redactLeaf(node, key, vocabulary);
    }
    const members = Object.entries(node).map(([name, child]) => {
      // A key that no schema would define may itself be a person's name.
      const shown = isSchemaName(name) ? name : MASK;
      return [shown, walk(child, name, personal || isPersonal(name), depth + 1)] as const;
    });
    return Object.fromEntries(members);
  };
  return walk(value, '', false, 0);
}

/**
 * Masks a value; of an address only the country stays: it shows how a carrier works there, but not
 * where anybody lives.
 */
function maskLeaf(node: unknown, key: string): unknown {
  if (node === null || typeof node === 'boolean') return node;
  return typeof node === 'string' && isCountryKey(key) && COUNTRY.test(node) ? node : MASK;
}

function redactLeaf(node: unknown, key: string, vocabulary: Vocabulary): unknown {
  if (node === null || typeof node === 'boolean') return node;
  if (typeof node === 'number') return isPlainNumber(node, key) ? node : MASK;
  if (typeof node !== 'string') return MASK;
  if (node === '' || INSTANT.test(node)) return node;
  // A key or a token looks like a code, and may be in its place.
  if (withoutSecrets(node) !== node) return MASK;
  if (isCodeKey(key) && CODE.test(node)) return node;
  if (isUnitKey(key) && UNIT.test(node)) return node;
  if (isCountryKey(key) && COUNTRY.test(node)) return node;
  if (isNumberKey(key)) return maskNumber(node);
  return redactText(node, vocabulary);
}

/**
 * Returns a text with every word masked that is not known. Numbers of up to three digits stay;
 * longer ones may be house numbers, postal codes or telephone numbers.
 */
export function redactText(text: string, vocabulary: Vocabulary): string {
  return text
    .slice(0, SHOWN_CHARS_MAX + 1)
    .replaceAll(/[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N}'’@._+-]*/gu, (word) => {
      const plain = withoutEndPunctuation(word);
      const rest = word.slice(plain.length);
      if (/^\d{1,3}$/.test(plain)) return word;
      const parts = plain.toLowerCase().split(/[-_/'’.]/u);
      return parts.every((part) => part === '' || vocabulary.has(withoutAccents(part)))
        ? word
        : MASK + rest;
    })
    .replaceAll(/(?:▒▒▒[\s,;:./()+-]*){2,}/gu, `${MASK} `)
    .trimEnd();
}

/** Removes punctuation from the end of a word. */
function withoutEndPunctuation(word: string): string {
  let end = word.length;
  while (end > 0 && ".'’_-".includes(word[end - 1] ?? ' ')) end -= 1;
  return word.slice(0, end);
}

/**
 * Whether a number is a count or a code. Degrees have a fraction; postal codes and house numbers
 * have more digits.
 */
function isPlainNumber(value: number, key: string): boolean {
  return Number.isInteger(value) && Math.abs(value) < (isCodeKey(key) ? CODE_MAX : COUNT_MAX);
}

/** Masks XML and other texts: tags stay, everything between them is treated as text. */
function redactMarkup(text: string, vocabulary: Vocabulary): string {
  return text
    .slice(0, SHOWN_CHARS_MAX + 1)
    .split(/(<[^<>]{0,200}>)/)
    .map((part) => {
      const tag = part.endsWith('>') ? /^<(\/?[A-Za-z_][\w:.-]{0,60})/.exec(part) : null;
      return tag === null ? redactText(part, vocabulary) : `<${tag[1]}>`;
    })
    .join('');
}

/** Returns the words of texts that are not personal: at least two letters each, in lower case. */
export function vocabularyOf(texts: Iterable<string>): Vocabulary {
  const words = new Set<string>();
  for (const text of texts) {
    for (const [word] of text.toLowerCase().matchAll(/\p{L}[\p{L}\p{M}]+/gu))
      words.add(withoutAccents(word));
  }
  return words;
}

/** Returns a word without accents, because carriers and lists of words have them or not. */
function withoutAccents(word: string): string {
  return word.replaceAll('ß', 'ss').replaceAll('ł', 'l').normalize('NFD').replaceAll(/\p{M}/gu, '');
}

const COUNT_MAX = 1_000;
const CODE_MAX = 1_000_000;
const UNIT = /^(?:kgs?|g|lbs?|oz|cm|mm|m|in|ft|days?|hours?)$/i;
const CODE = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,31}$/;
const COUNTRY = /^[A-Za-z]{2,3}$/;
const INSTANT =
  /^(?:(?:19|20)\d{2}-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])(?:[T ]?\d{2}:?\d{2}(?::?\d{2}(?:\.\d{1,9})?)?)?(?:Z|[+-]\d{2}:?\d{2})?|\d{2}:\d{2}(?::\d{2})?)$/;

/** Fewest digits of a parcel's number: "Elm Street 12" is none. */
const NUMBER_DIGITS_MIN = 6;

/** Masks a number except its end, by which somebody who knows the number can find the parcel. */
function maskNumber(text: string): string {
  const digits = text.replaceAll(/\D/g, '').length;
  return /^[A-Za-z0-9 ._-]{8,64}$/.test(text) && digits >= NUMBER_DIGITS_MIN
    ? `…${text.slice(-4)}`
    : MASK;
}

/** Whether a name is one that schemas give to members: short and without blanks. */
function isSchemaName(name: string): boolean {
  return /^[A-Za-z_@$#][A-Za-z0-9_.:@$#-]{0,60}$/.test(name) && withoutSecrets(name) === name;
}
