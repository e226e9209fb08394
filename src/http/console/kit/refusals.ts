import type { Language } from '../../../platform/messages/languages.ts';
import { REFUSED_ATTEMPTS } from '../words/refusals/attempts.ts';
import { REFUSED_FORMS } from '../words/refusals/forms.ts';
import { REFUSED_MAIL_SERVERS } from '../words/refusals/mail-servers.ts';
import { REFUSED_PARCELS } from '../words/refusals/parcels.ts';
import { REFUSED_PEOPLE } from '../words/refusals/people.ts';
import { REFUSED_URLS } from '../words/refusals/urls.ts';

/** Sentences of a language by name. */
const SENTENCES = [
  ...[REFUSED_PEOPLE, REFUSED_PARCELS, REFUSED_FORMS, REFUSED_URLS, REFUSED_ATTEMPTS],
  REFUSED_MAIL_SERVERS,
].flatMap((all) =>
  Object.entries(all['en'] ?? {}).map(([name, english]) => ({
    pattern: patternOf(english),
    in: (language: Language): string =>
      (all[language] as Readonly<Record<string, string>> | undefined)?.[name] ?? english,
  })),
);

/** An English error in another language; null: untranslated. Pure. */
export function refusalIn(language: Language, english: string): string | null {
  // The API addresses programs, which send; people write in a form.
  if (language === 'en') return english.replace(/^Send (an? |at |another |one (?!of))/, 'Write $1');
  for (const sentence of SENTENCES) {
    const found = sentence.pattern.exec(english);
    if (found === null) continue;
    const [, ...filled] = found;
    return filled.reduce((text, each) => text.replace('{}', () => each), sentence.in(language));
  }
  return null;
}

/** A sentence with `{}` as a placeholder for any value. */
function patternOf(english: string): RegExp {
  const parts = english.split('{}').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('(.+)')}$`, 's');
}
