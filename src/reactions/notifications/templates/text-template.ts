import type { ErrorText } from '../../../kernel/errors.ts';

/**
 * One text with places to fill in. `{name}` is a value; `[…]` is left out, as a whole, when a value
 * in it is not known, and of `[…|…]` the second part stands in then. Nothing loops, nothing calls:
 * a merchant may write these, and what is filled in is never read again as a template.
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

/** What a text may name. */
export interface KnownVariables {
  readonly names: ReadonlySet<string>;
  /** Of these, the ones that are never missing: all others stand within brackets. */
  readonly always: ReadonlySet<string>;
}

/** Why a text is none; `at` counts characters. */
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

/** Throws `TextFault`. */
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
        throw unknown(at, source, known);
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
        throw new TextFault(at, 'notifications.templateClosesNothing', [
          'notifications.templateWriteEscaped',
          { escaped: '\\]' },
        ]);
      }
      outer.push({ kind: 'optional', with: inside.with, without: inside.without ?? [] });
      inside = null;
    } else if (token === '}' || token === '\\') {
      throw new TextFault(
        at,
        ['notifications.templateLoneCharacter', { character: token }],
        ['notifications.templateWriteEscaped', { escaped: `\\${token}` }],
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

function unknown(at: number, source: string, known: KnownVariables): TextFault {
  const found = /^\{[^}\s]{0,40}\}?/.exec(source.slice(at))?.[0] ?? '{';
  const variables = [...known.names].join(', ');
  return new TextFault(
    at,
    ['notifications.templateNoVariable', { found }],
    ['notifications.templateVariables', { variables }],
  );
}

function mayBeMissing(at: number, name: string): TextFault {
  const variable = `{${name}}`;
  return new TextFault(
    at,
    ['notifications.templateMayMiss', { variable }],
    ['notifications.templatePutInBrackets', { variable }],
  );
}

/** A value by name; null: not known, and what needs it is left out. */
export type ReadValue = (name: string) => string | null;

/** Plain text: whoever puts it into a mail escapes the whole of it for where it stands. */
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

/** Names of all values in it, at any depth. */
export function variablesOf(template: TextTemplate): readonly string[] {
  return template.flatMap((part) => {
    if (part.kind === 'text') return [];
    if (part.kind === 'value') return [part.name];
    return [...variablesOf(part.with), ...variablesOf(part.without)];
  });
}

/**
 * What a value needs where it stands. Each takes any text and answers one that means nothing there
 * but itself; which one a place of a mail needs is found by reading the mail (mail-layout.ts), never
 * by whoever writes the layout.
 */

/**
 * What no reader sees and no message needs: controls (line feeds among them), half characters, and
 * what turns the direction of the text around it or hides in it.
 */
const UNSEEN =
  /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\u00ad\u{e0000}-\u{e007f}]+/gu;

/** One line of plain text. Also right for a header: it holds no CR, LF or other control. */
export function plainLine(text: string): string {
  return text.replace(UNSEEN, ' ').replace(/\s+/g, ' ').trim();
}

/** The same without touching blanks at its ends, for a piece of a text. */
function plainPiece(text: string): string {
  return text.replace(UNSEEN, ' ');
}

const MEANT: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
  '=': '&#61;',
};

/** Between tags, and within a quoted attribute. */
export function htmlText(text: string): string {
  return plainPiece(text).replace(/[&<>"'`=]/g, (found) => MEANT[found] ?? '');
}

/**
 * An address for an attribute such as `href`; null for what is no address of the web. Merchants'
 * are `https:` from the start; our own are `http:` where somebody tries the hub out.
 */
export function webAddress(text: string): string | null {
  if (text.length > ADDRESS_CHARS_MAX || !URL.canParse(text)) return null;
  const { protocol, href, username, password } = new URL(text);
  if (protocol !== 'https:' && protocol !== 'http:') return null;
  return username === '' && password === '' ? href : null;
}

/** Longer ones are cut by mail programs. */
const ADDRESS_CHARS_MAX = 2_000;

/** `mailto:` a plain address; null for what is none, or would carry more than an address. */
export function mailAddress(text: string): string | null {
  if (text.length > 254 || !/^[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+$/.test(text)) return null;
  return `mailto:${text}`;
}
