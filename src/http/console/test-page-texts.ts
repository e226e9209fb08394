import { capitalized } from '../../kernel/capitalized.ts';
import { messagesIn } from '../../platform/messages/catalogue.ts';
import type { Language } from '../../platform/messages/languages.ts';
import { plainWords } from '../../platform/messages/test-pseudo-locale.ts';

/**
 * Finds texts that are in no catalogue.
 *
 * @param everywhere test data, carriers' names of their fields, and texts that are the same in
 *   every language.
 */
export function pageTexts(everywhere: readonly string[]) {
  const longestFirst = everywhere.toSorted((one, other) => other.length - one.length);
  const withoutData = (text: string) =>
    longestFirst.reduce((rest, each) => rest.replaceAll(each, ''), text);
  return {
    /** Text on a page of the pseudo-locale that is neither in its folder nor test data. */
    englishLeftIn(html: string): readonly string[] {
      const texts = [...new Set(textsOf(html))];
      return texts.filter((text) => plainWords(withoutData(text)).length > 0);
    },
    /**
     * Texts that are the same in two languages, though neither in the second's catalogue nor test
     * data.
     */
    sameIn(language: Language, english: string, html: string): readonly string[] {
      const before = new Set(textsOf(english));
      const catalogue = catalogueOf(language);
      return [...new Set(textsOf(html))].filter((text) => {
        if (!before.has(text)) return false;
        const rest = withoutData(text).replaceAll(/^[\s\p{P}]+|[\s\p{P}]+$/gu, '');
        if ([text.trim(), rest].some((each) => catalogue.has(each))) return false;
        return /\p{L}{3,}/u.test(rest);
      });
    },
  };
}

/**
 * Texts people read or hear on a page, without parts that declare another language, and without
 * codes.
 */
function textsOf(html: string): readonly string[] {
  const own = html
    .replaceAll(/<(script|style|code|pre|time)\b[^>]*>.*?<\/\1>/gs, '')
    .replaceAll(/<(span|p|li|a|option|textarea)\b[^>]* lang="\w\w"[^>]*>.*?<\/\1>/gs, '');
  const said = /\b(?:aria-label|title|placeholder|data-label|alt|data-square|data-box)="([^"]+)"/g;
  return [...own.matchAll(said)].map(([, text = '']) => text).concat(own.split(/<[^>]*>/));
}

const catalogues = new Map<Language, ReadonlySet<string>>();

/** All texts of a language, without filled-in values; also as they begin a line. */
function catalogueOf(language: Language): ReadonlySet<string> {
  const known = catalogues.get(language);
  if (known !== undefined) return known;
  const texts = (value: unknown): readonly string[] =>
    typeof value === 'string'
      ? [value.trim(), capitalized(value.trim())]
      : Object.values(value ?? {}).flatMap(texts);
  const catalogue = new Set(texts(messagesIn(language)));
  catalogues.set(language, catalogue);
  return catalogue;
}
