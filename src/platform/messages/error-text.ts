import type { ErrorCode, ErrorItem, ErrorText, TextValue } from '../../kernel/errors.ts';
import { textOf } from '../../kernel/wire/explain-issues.ts';
import { messagesIn } from './catalogue.ts';
import { FALLBACK, type Language } from './languages.ts';

/** The argument by which a text differs for programs, which send, and people, who fill in forms. */
export const READER = 'reader';

type Reader = 'program' | 'person';

/**
 * A text about an error in words.
 *
 * @example errorText({ 'requests.formTooLarge': { bytes: 1024 } }, 'de')
 */
export function errorText(
  text: ErrorText,
  language: Language = FALLBACK,
  reader: Reader = 'program',
): string {
  const [key, values] = keyAndValues(text);
  const [area = '', name = ''] = key.split('.');
  const areas: Readonly<Record<string, Readonly<Record<string, unknown>>>> =
    messagesIn(language).errors;
  const found = areas[area]?.[name];
  if (typeof found !== 'function') return String(found ?? key);
  const nested = (inner: ErrorText) => errorText(inner, language, reader);
  const filled = Object.entries(values).map(([argument, value]) => {
    if (typeof value !== 'object' || value === null) return [argument, value];
    return [
      argument,
      'text' in value ? nested(value.text) : asClause(nested(value.clause), language),
    ];
  });
  return found({ ...Object.fromEntries(filled), [READER]: reader });
}

function keyAndValues(text: ErrorText): readonly [string, Readonly<Record<string, TextValue>>] {
  if (typeof text === 'string') return [text, {}];
  const [part = ['', {}]] = Object.entries(text);
  return part;
}

/**
 * Whether the words of a text come from elsewhere (a carrier, a file), in whatever language those
 * are, so that pages mark it as English.
 */
export function isVerbatim(text: ErrorText): boolean {
  return typeof text === 'object' && 'values.verbatim' in text;
}

/** An error in English, as the API answers it. */
export function englishItem<Item extends Pick<ErrorItem, 'reason' | 'fix'>>(
  item: Item,
): InEnglish<Item> {
  const { reason, fix } = item;
  return { ...item, reason: errorText(reason), fix: errorText(fix) } as object as InEnglish<Item>;
}

/** Each kind of error on its own, with its other members. */
type InEnglish<Item> = Item extends unknown
  ? Omit<Item, 'reason' | 'fix'> & { readonly reason: string; readonly fix: string }
  : never;

/** The message of a schema's check in English, for files and settings; see `issueText`. */
export function englishIssue(message: string): string {
  return errorText(textOf(message));
}

/** Title and advice of a code. */
export function wordsOfCode(code: ErrorCode, language: Language = FALLBACK) {
  return messagesIn(language).errors.codes[code];
}

/** English continues a sentence in lower case; a German one may begin with a noun. */
function asClause(text: string, language: Language): string {
  return language === FALLBACK ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
