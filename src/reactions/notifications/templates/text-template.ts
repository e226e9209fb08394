import type { ErrorText } from '../../../kernel/errors.ts';

/**
 * A text with places to fill in. `{name}` is a value. `[…]` is left out, as a whole, when a value
 * in it is unknown; of `[…|…]` the second part is used then. There are no loops and no calls,
 * because merchants may write templates, and a value is never read as a template.
 *
 * @example
 * const greeting = compileText('Hello[ {recipient_name}],', VARIABLES);
 * fillText(greeting, () => null) // 'Hello,'
 */
export type TextTemplate = readonly Part[];

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly name: string }
  | { readonly kind: 'optional'; readonly with: TextTemplate; readonly without: TextTemplate };

/** The variables that a text may contain. */
export interface KnownVariables {
  readonly names: ReadonlySet<string>;
  /** The variables that are always known; all others must be within brackets. */
  readonly always: ReadonlySet<string>;
}

/** An error in a text; `at` is the index of the character. */
export class TextFault extends Error {
  override readonly name = 'TextFault';
  readonly at: number;
  readonly found: ErrorText;
  readonly fix: ErrorText;
  constructor(at: number, found: ErrorText, fix: ErrorText) {
    super(JSON.stringify(found));
    this.at = at;
    this.found = found;
    this.fix = fix;
  }
}

const TOKEN = /\\[[\]{}|\\]|[[\]|{}]|[^[\]|{}\\]+|\\/g;
const NAME = /^\{([a-z_]{1,40})\}/;

/** Compiles a text. Throws `TextFault` with the first error. */
export function compileText(source: string, known: KnownVariables): TextTemplate {
  const outer: Part[] = [];
  let inside: { readonly at: number; readonly with: Part[]; without: Part[] | null } | null = null;
  TOKEN.lastIndex = 0;
  for (let at = 0; at < source.length; ) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(source)?.[0] ?? '';
    const parts: Part[] = inside === null ? outer : (inside.without ?? inside.with);
    if (token === '{') {
      const named = NAME.exec(source.slice(at, at + 50));
      const name = named?.[1];
      if (named === null || name === undefined || !known.names.has(name))
        throw unknownVariable(at, source, known);
      const mayMiss = !known.always.has(name);
      if (mayMiss && (inside === null || inside.without !== null)) throw mayBeMissing(at, name);
      parts.push({ kind: 'value', name });
      at += named[0].length;
      continue;
    }
    if (token === '[') {
      if (inside !== null) {
        throw new TextFault(
          at,
          'notifications.templateBracketNested',
          'notifications.templateCloseFirst',
        );
      }
      inside = { at, with: [], without: null };
    } else if (token === '|' && inside !== null) {
      if (inside.without !== null) {
        throw new TextFault(
          at,
          'notifications.templateSecondBar',
          'notifications.templateLeaveOneBar',
        );
      }
      inside.without = [];
    } else if (token === ']') {
      if (inside === null) {
        throw new TextFault(at, 'notifications.templateClosesNothing', {
          'notifications.templateWriteEscaped': { escaped: '\\]' },
        });
      }
      outer.push({ kind: 'optional', with: inside.with, without: inside.without ?? [] });
      inside = null;
    } else if (token === '}' || token === '\\') {
      throw new TextFault(
        at,
        { 'notifications.templateLoneCharacter': { character: token } },
        { 'notifications.templateWriteEscaped': { escaped: `\\${token}` } },
      );
    } else {
      parts.push({
        kind: 'text',
        text: token.length === 2 && token[0] === '\\' ? token.slice(1) : token,
      });
    }
    at += token.length;
  }
  if (inside !== null) {
    throw new TextFault(
      inside.at,
      'notifications.templateNeverClosed',
      'notifications.templateCloseOrEscape',
    );
  }
  return outer;
}

function unknownVariable(at: number, source: string, known: KnownVariables): TextFault {
  const found = /^\{[^}\s]{0,40}\}?/.exec(source.slice(at))?.[0] ?? '{';
  const variables = [...known.names].join(', ');
  return new TextFault(
    at,
    { 'notifications.templateNoVariable': { found } },
    { 'notifications.templateVariables': { variables } },
  );
}

function mayBeMissing(at: number, name: string): TextFault {
  const variable = `{${name}}`;
  return new TextFault(
    at,
    { 'notifications.templateMayMiss': { variable } },
    { 'notifications.templatePutInBrackets': { variable } },
  );
}

/** Returns a value by its name; null: it is unknown, and the parts with it are left out. */
export type ReadValue = (name: string) => string | null;

/**
 * Fills in a template. The result is plain text, which must be escaped as a whole for its place in
 * a mail.
 */
export function fillText(template: TextTemplate, read: ReadValue): string {
  return template
    .map((part) => {
      if (part.kind === 'text') return part.text;
      if (part.kind === 'value') return read(part.name) ?? '';
      const isKnown = variablesOf(part.with).every((name) => read(name) !== null);
      return fillText(isKnown ? part.with : part.without, read);
    })
    .join('');
}

/** The names of all values in a template, at any depth. */
export function variablesOf(template: TextTemplate): readonly string[] {
  return template.flatMap((part) => {
    if (part.kind === 'text') return [];
    if (part.kind === 'value') return [part.name];
    return [...variablesOf(part.with), ...variablesOf(part.without)];
  });
}

/**
 * The functions below make a value safe for its place. Each accepts any text. Which one a place of
 * a mail needs is found by reading the mail's HTML (html-template.ts), not decided by the author of
 * the layout.
 */

/**
 * Invisible characters that no message needs: control characters (including line feeds), unpaired
 * surrogates, and those that change the direction of the text or hide in it.
 */
const UNSEEN =
  /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\u00ad\u{e0000}-\u{e007f}]+/gu;

/**
 * The text as one line of plain text. It is also safe for a header, because it contains no CR, LF
 * or other control character.
 */
export function plainLine(text: string): string {
  return text.replace(UNSEEN, ' ').replace(/\s+/g, ' ').trim();
}

/** The same for a piece of a text: blanks at its ends stay. */
function plainPiece(text: string): string {
  return text.replace(UNSEEN, ' ');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
  '=': '&#61;',
};

/** Escapes a text for a place between tags, or within a quoted attribute. */
export function htmlText(text: string): string {
  return plainPiece(text).replace(/[&<>"'`=]/g, (found) => ENTITIES[found] ?? '');
}

/**
 * A URL for an attribute such as `href`; null if it is no URL of the web. Merchants' URLs are
 * always `https:`; our own are `http:` while somebody tries out the hub.
 */
export function webAddress(text: string): string | null {
  if (text.length > ADDRESS_CHARS_MAX || !URL.canParse(text)) return null;
  const { protocol, href, username, password } = new URL(text);
  if (protocol !== 'https:' && protocol !== 'http:') return null;
  return username === '' && password === '' ? href : null;
}

/** The maximum length of a URL: mail programs cut longer ones. */
const ADDRESS_CHARS_MAX = 2_000;

/** A `mailto:` URL for a plain address; null if it is none, or contains more than an address. */
export function mailAddress(text: string): string | null {
  if (text.length > 254 || !/^[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+$/.test(text)) return null;
  return `mailto:${text}`;
}
