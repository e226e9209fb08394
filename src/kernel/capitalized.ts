/**
 * Returns the text with its first letter in upper case, as at the beginning of a sentence.
 * @param locale of languages with letters of their own rules, such as Turkish; absent: the
 *   process's or browser's.
 */
export function capitalized(text: string, locale?: string): string {
  return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);
}
