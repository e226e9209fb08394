import { type Vocabulary, vocabularyOf } from '../../intake/index.ts';
import type { DocumentedCode } from '../../normalization/index.ts';
import { LEXICON } from './lexicon.ts';

/**
 * Words that may be shown of what carriers write: those of their own documents and of the lexicon.
 * A name that happens to be such a word is shown; any other is not.
 */
export function vocabularyOfCarriers(documented: Iterable<DocumentedCode>): Vocabulary {
  const texts: string[] = LEXICON.flatMap(({ phrases }) => Object.values(phrases).flat());
  for (const { description } of documented) texts.push(description);
  return vocabularyOf(texts);
}
