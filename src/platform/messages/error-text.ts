import type { ErrorCode, ErrorItem, ErrorText, TextValue } from '../../kernel/errors.ts';
import { messagesIn } from './catalogue.ts';
import { FALLBACK, type Language } from './languages.ts';

/**
 * The argument that says who reads a text: a program, which sends, or a person, who fills in a
 * form.
 */
export const READER = 'reader';

type Reader = 'program' | 'person';

/** The key of texts that come from elsewhere (a carrier, a file), in whatever language they are. */
const VERBATIM = 'values.verbatim';

/**
 * Returns an error's text in a language.
 *
 * @example errorText(['requests.formTooLarge', { bytes: 1024 }], 'de')
 */
export function errorText(
  text: ErrorText,
  language: Language = FALLBACK,
  reader: Reader = 'program',
): string {
  const [key, values] = typeof text === 'string' ? [text, {}] : text;
  const [area = '', name = ''] = key.split('.');
  const areas: Readonly<Record<string, Readonly<Record<string, unknown>>>> =
    messagesIn(language).errors;
  const found = areas[area]?.[name];
  if (typeof found !== 'function') return String(found ?? key);
  const nested = (inner: ErrorText) => errorText(inner, language, reader);
  const filled = Object.entries(values).map(([argument, value]: [string, TextValue]) => {
    if (typeof value !== 'object' || value === null) return [argument, value];
    return [
      argument,
      'text' in value ? nested(value.text) : clause(nested(value.clause), language),
    ];
  });
  return found({ ...Object.fromEntries(filled), [READER]: reader });
}

/** Whether a text is in no language of the catalogue, so that pages mark it as English. */
export function isVerbatim(text: ErrorText): boolean {
  return text[0] === VERBATIM;
}

/** Returns an error in English, as the API answers it. */
export function englishItem<Item extends Pick<ErrorItem, 'reason' | 'fix'>>(
  item: Item,
): InEnglish<Item> {
  const { reason, fix } = item;
  return { ...item, reason: errorText(reason), fix: errorText(fix) } as object as InEnglish<Item>;
}

/** Applies to each kind of error separately, so that its other members are preserved. */
type InEnglish<Item> = Item extends unknown
  ? Omit<Item, 'reason' | 'fix'> & { readonly reason: string; readonly fix: string }
  : never;

/** Returns the title and advice of an error code. */
export function wordsOfCode(code: ErrorCode, language: Language = FALLBACK) {
  return messagesIn(language).errors.codes[code];
}

/**
 * Makes a text the continuation of a sentence: lower case in English; a German one may begin with a
 * noun.
 */
function clause(text: string, language: Language): string {
  return language === FALLBACK ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
