import { type Vocabulary, vocabularyOf } from '../../intake/index.ts';
import type { DocumentedCode } from '../../normalization/index.ts';
import { LEXICON } from './lexicon.ts';

/**
 * Words of carriers that may be shown: those of their own documentation and of the lexicon. A name
 * that equals such a word is shown; any other is masked.
 */
export function vocabularyOfCarriers(documented: Iterable<DocumentedCode>): Vocabulary {
  const texts: string[] = LEXICON.flatMap(({ phrases }) => Object.values(phrases).flat());
  for (const { description } of documented) texts.push(description);
  return vocabularyOf(texts);
}
