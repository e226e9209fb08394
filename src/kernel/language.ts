/** The languages people are addressed in; the first is for everybody whose own is not there. */
export const LANGUAGES = ['en', 'de', 'es', 'fr'] as const;
export type Language = (typeof LANGUAGES)[number];

/**
 * The language of a locale such as `de-AT` or `fr_CA`; null where it is none of ours.
 *
 * @example languageOf('de-AT') // 'de'
 */
export function languageOf(locale: string | null | undefined): Language | null {
  const [first = ''] = (locale ?? '').toLowerCase().split(/[-_]/, 1);
  return LANGUAGES.find((language) => language === first) ?? null;
}
