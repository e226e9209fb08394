import { displayNames } from '../time/formatters.ts';

/** A country to pick from a list. */
interface Country {
  /** ISO 3166-1 alpha-2. */
  readonly code: string;
  readonly name: string;
}

/** Codes with a name that are no destinations for mail. */
const NO_COUNTRIES: ReadonlySet<string> = new Set([
  ...['AC', 'CP', 'CQ', 'DG', 'EA', 'EU', 'EZ', 'IC', 'QO', 'TA', 'UN', 'XA', 'XB', 'ZZ'],
]);

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const cached = new Map<string, readonly Country[]>();

/**
 * All countries, named and ordered as in a language. Cached, because looking up the names is slow.
 */
export function countriesIn(language: string): readonly Country[] {
  const known = cached.get(language);
  if (known !== undefined) return known;
  const names = displayNames(language, { type: 'region', fallback: 'none' });
  const countries = LETTERS.flatMap((first) => LETTERS.map((second) => first + second))
    .flatMap((code) => {
      const name = isCurrent(code) ? names.of(code) : undefined;
      return name === undefined ? [] : [{ code, name }];
    })
    .sort((a, b) => a.name.localeCompare(b.name, language));
  cached.set(language, countries);
  return countries;
}

/** The name, or the code if it has none. */
export function countryName(code: string, language: string): string {
  return countriesIn(language).find((each) => each.code === code.toUpperCase())?.name ?? code;
}

/** Retired codes canonicalize to their successors, and would be listed twice. */
function isCurrent(code: string): boolean {
  return !NO_COUNTRIES.has(code) && new Intl.Locale(`und-${code}`).region === code;
}
