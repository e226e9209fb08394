import { CATEGORY_CODE_MAX } from '../gbdt/index.ts';
import { FEATURES, type Known } from './feature-columns.ts';
import { WordCodes, type Words } from './word-codes.ts';

const CATEGORIES = FEATURES.filter(({ kind }) => kind === 'category').map(({ name }) => name);

/** Converts what is known to a forest's input numbers, in the order of `FEATURES`. */
export class CodeBook {
  readonly #codes: WordCodes;

  constructor(words: Words = {}) {
    this.#codes = new WordCodes(CATEGORIES, words, CATEGORY_CODE_MAX + 1);
  }

  encode(known: Known): Float64Array {
    return Float64Array.from(FEATURES, (feature) =>
      feature.kind === 'number'
        ? feature.of(known)
        : this.#codes.codeOf(feature.name, feature.of(known)),
    );
  }

  words(): Words {
    return this.#codes.words();
  }
}
