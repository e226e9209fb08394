import type { NumberRecogniser } from 'waybill/adapter';
import { type Leaf, mapDocument } from './scrub-documents.ts';
import { kindOf, type MemberKind, madeUpNumber, type Random, sameShape } from './scrub-keys.ts';

export interface ScrubOptions {
  /** Credentials and other texts that must not remain anywhere. */
  readonly secrets: readonly string[];
  readonly recogniser: NumberRecogniser;
  /** The requested numbers. */
  readonly numbers: readonly string[];
  readonly keepNumbers: boolean;
  readonly random: Random;
  /**
   * Masks the words of a sentence that may be personal; `places` are city names, which stay.
   * Absent: sentences lose only what the names of members and the patterns below show to be
   * personal.
   */
  readonly maskWords?: (text: string, places: readonly string[]) => string;
}

/** What was removed, by its place; never the value. */
export interface Replaced {
  readonly what: string;
  readonly where: string;
  readonly times: number;
}

export interface Scrubber {
  /** Reads a document in advance; the values learned from it are replaced in all documents. */
  learn(text: string): void;
  text(text: string): string;
  /** Scrubs a path with its query. */
  path(path: string): string;
  headers(headers: Readonly<Record<string, string>>): Record<string, string>;
  number(number: string): string;
  replaced(): readonly Replaced[];
}

export const SCRUBBED = 'scrubbed';
const MADE_UP: Readonly<Partial<Record<MemberKind, string>>> = {
  secret: SCRUBBED,
  name: 'TEST PERSON',
  street: 'TEST STREET',
  phone: '+15550100',
  'e-mail': 'person@example.com',
  coordinate: '0',
  reference: 'TEST-REFERENCE',
  note: 'TEST NOTE',
  link: 'https://example.com/scrubbed',
};
/** A GIF of one pixel, in Base64, which replaces signatures and photos. */
const DOCUMENT = 'R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==';
/** From this length on, Base64 is a document or a key. */
const DOCUMENT_CHARS_MIN = 120;
const DOCUMENT_TEXT = /^[A-Za-z0-9+/=_\s-]+$/;
/**
 * Headers whose value stays: they say how to read a body or when to retry. Of the others only the
 * name stays.
 */
const PLAIN_HEADERS =
  /^(accept|accept-language|content-type|content-language|date|retry-after|allow|x-?ratelimit-[a-z-]+|ratelimit[a-z-]*)$/;
/** Headers of the connection and of sessions, which are dropped. */
const DROPPED_HEADERS =
  /cookie|^(connection|keep-alive|transfer-encoding|content-length|user-agent|host)$/;
/**
 * Members that contain times, some in words ("April 9, 2026"), or words of the carrier's own lists.
 */
const NO_SENTENCES =
  /date|time|stamp|(?:scope|products?|services?|class|type|code|status|category|grant|state)$/i;
/** Matches values that reveal nothing, under any name. */
const TRIVIAL = /^\s*(?:|true|false|yes|no|[YNyn01])\s*$/;
/** Minimum length of a text that is replaced everywhere; shorter ones are parts of any word. */
const LITERAL_CHARS_MIN = 4;
const SECRET_CHARS_MIN = 6;
const LITERALS_MAX = 2_000;

const E_MAIL = /[^\s@<>"',;:=&?/\\]{1,64}@[A-Za-z0-9.-]{1,255}/g;
/** Matches a latitude and a longitude, as in links to maps and in some members. */
const POSITION = /(?<![\d.])-?\d{1,3}\.\d{2,15}(?:\s?[,;]\s?|%2C)-?\d{1,3}\.\d{2,15}(?![\d.])/gi;
const PHONE = /(?:\+\d|\(\d{3}\))[\d ()./-]{6,24}\d/g;
/**
 * Matches "Signed for by: J. SMITH" to the end of the sentence, but no further than a name can be.
 */
const SIGNED =
  /\b((?:signed(?: for)?(?: by)?|received by|accepted by|left with|handed (?:over )?to|released to|unterschrieben von|empfangen von|übergeben an|recibido por|firmado por|reçu par)\s*:?\s+)(?:\p{L}{1,3}\.\s*){0,3}[^.;,()\n]{1,80}/giu;
/** Matches a JSON web token: three parts in Base64, of which the first is an object. */
const WEB_TOKEN = /(?<![\w-])eyJ[\w-]{8,4000}\.[\w-]{2,8000}\.[\w-]{0,2000}/g;
const DATA_URI = /^data:[^,]{0,100},/i;
const WHOLE_LINK = /^https?:\/\/\S+$/i;
/** Matches Base64 of an object, a list, markup, a PDF, a PNG, a GIF or a JPEG, however short. */
const SHORT_DOCUMENT = /^(?:e[yw]|W[1-9yw]|P[C-H]|JVBERi|iVBORw|R0lGOD|\/9j\/)[\w+/=-]{14,}$/;
const PRIVATE_IN_QUERIES: ReadonlySet<MemberKind> = new Set<MemberKind>([
  ...(['secret', 'name', 'e-mail', 'phone', 'street', 'coordinate', 'note'] as const),
]);
const LONG_IN_LINK = /[A-Za-z0-9+%_-]{20,}/g;

/**
 * Creates a scrubber. Pure: the same documents, options and random numbers give the same results.
 */
export function createScrubber(options: ScrubOptions): Scrubber {
  return new DocumentScrubber(options);
}

class DocumentScrubber implements Scrubber {
  readonly #options: ScrubOptions;
  readonly #recogniser: NumberRecogniser;
  readonly #random: Random;
  readonly #literals = new Map<string, string>();
  readonly #numbers = new Map<string, string>();
  readonly #places = new Set<string>();
  readonly #ids = new Map<string, string>();
  readonly #requested: ReadonlySet<string>;
  readonly #counts = new Map<string, Replaced>();
  #ordered: readonly (readonly [string, string])[] | null = null;

  constructor(options: ScrubOptions) {
    this.#options = options;
    this.#recogniser = options.recogniser;
    this.#random = options.random;
    this.#requested = new Set(
      options.numbers.flatMap((number) => [number.trim(), this.#recogniser.normalize(number)]),
    );
    for (const secret of options.secrets) this.#learnLiteral(secret, SCRUBBED, 1);
    for (const number of options.numbers) this.#learnNumber(number);
  }

  #note(what: string, where: string): void {
    const key = `${what} ${where}`;
    this.#counts.set(key, { what, where, times: (this.#counts.get(key)?.times ?? 0) + 1 });
  }

  /** Remembers to replace a text everywhere, also percent-encoded and in Base64. */
  #learnLiteral(text: string, instead: string, charsMin: number): void {
    const value = text.trim();
    if (value.length < charsMin || TRIVIAL.test(value) || value === instead) return;
    if (this.#literals.size >= LITERALS_MAX) return;
    for (const form of [value, encodeURIComponent(value), Buffer.from(value).toString('base64')]) {
      if (!this.#literals.has(form)) this.#literals.set(form, instead);
    }
    this.#ordered = null;
  }

  /** Chooses a replacement for a tracking number; one within another gets the same in both. */
  #learnNumber(text: string): void {
    const number = text.trim();
    if (this.#options.keepNumbers || this.#numbers.has(number) || !/\d{3}/.test(number)) return;
    if (this.#numbers.size >= LITERALS_MAX || [...this.#numbers.values()].includes(number)) return;
    const within = [...this.#numbers.keys()].find(
      (known) => number !== known && number.includes(known),
    );
    const fixed =
      within === undefined ? null : { from: within, to: this.#numbers.get(within) ?? within };
    const made =
      madeUpNumber(number, this.#recogniser, this.#random, fixed) ??
      madeUpNumber(number, this.#recogniser, this.#random) ??
      sameShape(number, this.#random);
    this.#numbers.set(number, made);
    const bare = this.#recogniser.normalize(number);
    if (bare !== number && !this.#numbers.has(bare))
      this.#numbers.set(bare, this.#recogniser.normalize(made));
    this.#ordered = null;
  }

  #isNumber(text: string): boolean {
    return (
      /^[A-Za-z0-9 .-]{8,40}$/.test(text) &&
      /\d{4}/.test(text) &&
      this.#recogniser
        .recognise(this.#recogniser.normalize(text))
        .some(({ checkDigit }) => checkDigit === 'valid')
    );
  }

  /** Remembers the values of a document that must be replaced in all documents. */
  #learnLeaf({ key, parents, text }: Leaf): string {
    const kind = kindOf(key, parents);
    // Checked before all other kinds, because one carrier's "pin" is a secret, another's a tracking
    // number.
    if (this.#requested.has(text.trim())) return text;
    if (kind === 'number' || ((kind === 'id' || kind === 'reference') && this.#isNumber(text))) {
      this.#learnNumber(text);
    } else if (kind === 'place') {
      for (const word of text.split(/[^\p{L}]+/u)) if (word.length > 1) this.#places.add(word);
    } else if (kind === 'secret') {
      this.#learnLiteral(text, SCRUBBED, SECRET_CHARS_MIN);
    } else if (kind === 'name' || kind === 'street' || kind === 'phone' || kind === 'e-mail') {
      this.#learnLiteral(text, MADE_UP[kind] ?? SCRUBBED, LITERAL_CHARS_MIN);
    }
    return text;
  }

  /** The values to replace, longest first, because a value contained in another would break it. */
  #inOrder(): readonly (readonly [string, string])[] {
    this.#ordered ??= [...this.#literals, ...this.#numbers].sort(
      ([one], [other]) => other.length - one.length,
    );
    return this.#ordered;
  }

  #withoutLiterals(text: string, where: string): string {
    let rest = text;
    for (const [from, to] of this.#inOrder()) {
      if (!rest.toLowerCase().includes(from.toLowerCase())) continue;
      this.#note(this.#numbers.has(from) ? 'number' : 'what stood elsewhere', where);
      // Marked first and filled in last, so that inserted values are not themselves replaced.
      const marked = [...to].map((char) => MARK + char).join('');
      rest = replaceAll(rest, from, marked, to !== SCRUBBED && !this.#numbers.has(from));
    }
    return rest.replaceAll(MARK, '');
  }

  #withoutPatterns(text: string, where: string): string {
    const patterns: readonly (readonly [RegExp, string, MemberKind])[] = [
      [E_MAIL, MADE_UP['e-mail'] ?? '', 'e-mail'],
      [POSITION, '0,0', 'coordinate'],
      [PHONE, MADE_UP.phone ?? '', 'phone'],
      [SIGNED, `$1${MADE_UP.name ?? ''}`, 'name'],
      [WEB_TOKEN, SCRUBBED, 'secret'],
    ];
    return patterns.reduce((rest, [pattern, instead, what]) => {
      const next = rest.replaceAll(pattern, instead);
      if (next !== rest) this.#note(what, where);
      return next;
    }, text);
  }

  /** Returns what replaces a text of a document, by the kind of its member and by its content. */
  #scrubLeaf(leaf: Leaf): string {
    const { key, parents, text } = leaf;
    if (TRIVIAL.test(text)) return text;
    const isRequested = this.#requested.has(text.trim());
    const where = [...parents, key].filter((part) => SCHEMA_WORD.test(part)).join('.') || 'text';
    const kind = isRequested ? 'number' : kindOf(key, parents);
    switch (kind) {
      case 'secret':
      case 'name':
      case 'street':
      case 'phone':
      case 'e-mail':
      case 'coordinate':
      case 'note':
        this.#note(kind, where);
        return MADE_UP[kind] ?? SCRUBBED;
      case 'reference':
        if (this.#numbers.has(text.trim()) || (this.#options.keepNumbers && this.#isNumber(text)))
          break;
        this.#note(kind, where);
        return MADE_UP.reference ?? SCRUBBED;
      case 'id':
        if (this.#numbers.has(text.trim()) || text.length < 6 || !/\d/.test(text)) break;
        if ([...this.#numbers.keys()].some((number) => text.includes(number))) break;
        this.#note('id', where);
        return this.#rememberId(text);
      case 'link':
        return this.#scrubLink(text, where);
      case 'number':
      case 'place':
      case 'plain':
        break;
    }
    // For members of any name, because parameters of links contain keys and personal data.
    if (WHOLE_LINK.test(text.trim())) return this.#scrubLink(text.trim(), where);
    if (isDocument(text)) {
      this.#note('document', where);
      return DOCUMENT;
    }
    const known = this.#withoutPatterns(this.#withoutLiterals(text, where), where);
    const isSentence = kind === 'plain' && /\p{L}{2,}\s/u.test(known) && !NO_SENTENCES.test(key);
    if (!isSentence || this.#options.maskWords === undefined) return known;
    const masked = this.#options.maskWords(known, [...this.#places, 'TEST', 'PERSON', 'STREET']);
    if (masked !== known) this.#note('unknown words', where);
    return masked;
  }

  #rememberId(text: string): string {
    const made = sameShape(text, this.#random);
    this.#ids.set(text, this.#ids.get(text) ?? made);
    return this.#ids.get(text) ?? made;
  }

  /**
   * Scrubs a link but leaves it usable for an adapter: the carrier's path, without long or known
   * values.
   */
  #scrubLink(text: string, where: string): string {
    if (!/^(https?:\/\/[^/\s]+)?\/[^\s]*$/.test(text)) {
      return this.#withoutPatterns(this.#withoutLiterals(text, where), where);
    }
    if (/pod|proof|signature|image|photo|document|token|sig=/i.test(text)) {
      this.#note('link', where);
      return MADE_UP.link ?? SCRUBBED;
    }
    const made = new Set([...this.#numbers.values()]);
    return this.#scrubPath(text, where).replaceAll(LONG_IN_LINK, (long) =>
      made.has(long) || this.#numbers.has(long) || /^[A-Za-z-]+$/.test(long) ? long : SCRUBBED,
    );
  }

  #scrubPath(path: string, where: string): string {
    const [before = '', query] = splitAt(path, '?');
    const mapped = this.#withoutPatterns(this.#withoutLiterals(before, where), where);
    if (query === null) return mapped;
    const parts = query.split('&').map((part) => {
      const [key, value] = splitAt(part, '=');
      if (value === null) return this.#withoutLiterals(part, where);
      const text = decoded(value);
      if (TRIVIAL.test(text)) return part;
      const kind = kindOf(key, []);
      if (PRIVATE_IN_QUERIES.has(kind)) {
        this.#note(kind, `${where}?${key}`);
        return `${key}=${SCRUBBED}`;
      }
      const next = this.#withoutPatterns(this.#withoutLiterals(text, where), where);
      if (next === text) return part;
      const encoded = encodeURIComponent(next);
      // Replaying compares paths, so a list stays written as the adapter wrote it.
      return `${key}=${value.includes(',') ? encoded.replaceAll('%2C', ',') : encoded}`;
    });
    return `${mapped}?${parts.join('&')}`;
  }

  learn(text: string): void {
    mapDocument(text, (leaf) => this.#learnLeaf(leaf));
  }

  text(text: string): string {
    return mapDocument(text, (leaf) => this.#scrubLeaf(leaf));
  }

  path(path: string): string {
    return this.#scrubPath(path, 'path');
  }

  headers(headers: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(headers)
        .filter(([name]) => !DROPPED_HEADERS.test(name.toLowerCase()))
        .map(([name, value]) => {
          if (PLAIN_HEADERS.test(name.toLowerCase()))
            return [name, this.#withoutLiterals(value, name)];
          this.#note('header', name.toLowerCase());
          return [name, SCRUBBED];
        }),
    );
  }

  number(number: string): string {
    this.#learnNumber(number);
    return this.#numbers.get(number.trim()) ?? number;
  }

  replaced(): readonly Replaced[] {
    return [...this.#counts.values()].sort((a, b) => (a.where < b.where ? -1 : 1));
  }
}

/** A character that occurs in no document: carriers' texts have no private-use characters. */
const MARK = '\uf8ff';
const SCHEMA_WORD = /^[A-Za-z_@$#][\w.:@$#-]{0,60}$/;

function isDocument(text: string): boolean {
  if (DATA_URI.test(text)) return true;
  if (text.length >= DOCUMENT_CHARS_MIN) return DOCUMENT_TEXT.test(text) && !text.includes(' ');
  return SHORT_DOCUMENT.test(text) && isReadable(Buffer.from(text, 'base64'));
}

/** Whether decoded Base64 is a document. Codes and numbers in Base64's letters decode to noise. */
function isReadable(bytes: Buffer): boolean {
  if (/^(?:%PDF|\x89PNG|GIF8|\xff\xd8\xff)/.test(bytes.toString('latin1'))) return true;
  const text = bytes.toString('utf8');
  return /^\s*(?:[{[]\s*["{[]|<[?!A-Za-z])/.test(text) && !/[^\P{Cc}\s]|\ufffd/u.test(text);
}

/**
 * Replaces a text, ignoring case; a person's name only as whole words, so that it breaks no code.
 */
function replaceAll(text: string, from: string, to: string, asWords: boolean): string {
  const escaped = from.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  const pattern = asWords ? `(?<![\\p{L}\\p{N}_])${escaped}(?![\\p{L}\\p{N}_])` : escaped;
  return text.replaceAll(new RegExp(pattern, 'giu'), () => to);
}

function splitAt(text: string, mark: string): readonly [string, string | null] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
