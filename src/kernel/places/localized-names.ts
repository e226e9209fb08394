import { displayNames } from '../time/formatters.ts';
import { countryOfAlpha3, isCountryCode } from './country-codes.ts';
import { countryOfName } from './country-names.ts';

/**
 * The code of the one country that a text means: a name in any country's language, an alpha-3 code,
 * a region (`US-CA`), or several of these that agree (`Deutschland (DE)`); null if it means none, or
 * several. Codes of two letters are not checked.
 */
export function countryCalled(text: string): string | null {
  const whole = countryNamed(text);
  if (whole !== null) return whole;
  const parts = text.split(/[()[\]|/,;:]| [-–—] /).filter((part) => lettersOf(part) !== '');
  const codes = new Set(parts.map(countryNamed));
  const [one = null] = codes;
  if (codes.size === 1 && parts.length > 1) return one;
  const region = /^([A-Z]{2})-[A-Z0-9]{1,3}$/i.exec(text.trim())?.[1]?.toUpperCase() ?? '';
  return isCountryCode(region) ? region : null;
}

function countryNamed(text: string): string | null {
  const letters = lettersOf(text);
  const name = countryOfName(text) ?? countryOfAlpha3(letters);
  return name ?? namesOf('region', CODES.filter(isCountryCode)).get(letters) ?? null;
}

/**
 * The code of the one language that a text names in any country's language (`Deutsch`, `german`);
 * null if there is none.
 */
export function languageCalled(text: string): string | null {
  return namesOf('language', languages()).get(lettersOf(text.replace(/\(.*?\)/gs, ''))) ?? null;
}

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const CODES = LETTERS.flatMap((one) => LETTERS.map((other) => one + other));

/** The main language of every country. */
function languages(): string[] {
  const main = (code: string) => new Intl.Locale(`und-${code}`).maximize().language;
  return [...new Set(CODES.filter(isCountryCode).map(main))];
}

type Kind = 'region' | 'language';
const known = new Map<Kind, ReadonlyMap<string, string>>();

/** The names of codes in all languages; a name that two codes have is left out. Made once. */
function namesOf(type: Kind, codes: readonly string[]): ReadonlyMap<string, string> {
  const made = known.get(type);
  if (made !== undefined) return made;
  const names = new Map<string, string>();
  const shared = new Set<string>();
  for (const language of languages()) {
    const inLanguage = displayNames(language, { type, fallback: 'none' });
    for (const code of codes) {
      const name = lettersOf(inLanguage.of(code) ?? '');
      if ((names.get(name) ?? code) !== code) shared.add(name);
      names.set(name, code);
    }
  }
  for (const name of shared) names.delete(name);
  names.delete('');
  known.set(type, names);
  return names;
}

/** Without accents of Latin letters, which people leave out; other scripts need their marks. */
function lettersOf(name: string): string {
  return name
    .normalize('NFD')
    .replace(/[\u0300-\u036f]|[^\p{L}\p{M}]/gu, '')
    .toUpperCase();
}
