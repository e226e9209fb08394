import { messagesIn, sourceTexts } from '../../../platform/messages/catalogue.ts';
import { LANGUAGES } from '../../../platform/messages/languages.ts';

/** The app's texts in one language. */
export interface DriverTexts {
  /** The language's own name. */
  readonly name: string;
  /** The texts by `section.name`; the phone fills in the placeholders in braces. */
  readonly texts: Readonly<Record<string, string>>;
}

/** The texts of every language, English first. */
export function driverTexts(): ReadonlyMap<string, DriverTexts> {
  return new Map(
    LANGUAGES.map((language) => {
      const sections = Object.entries(sourceTexts(language)['driver'] ?? {});
      const pairs = sections.flatMap(([section, texts]) =>
        Object.entries(texts).map(([key, text]) => [`${section}.${key}`, String(text)] as const),
      );
      const { name } = messagesIn(language).language;
      return [language, { name, texts: Object.fromEntries(pairs) }] as const;
    }),
  );
}
