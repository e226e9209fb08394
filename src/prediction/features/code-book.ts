import { CATEGORY_CODE_MAX } from '../gbdt/index.ts';
import { FEATURES, type Known } from './feature-columns.ts';

/** Words of each category in the order of first sight: a word's code is its place. */
export type Words = Readonly<Record<string, readonly string[]>>;

const CATEGORIES = FEATURES.filter(({ kind }) => kind === 'category').map(({ name }) => name);

/**
 * Turns what is known into the numbers a forest reads, in the order of `FEATURES`. Words get codes
 * as they come, so that rows of different days can be learned from together.
 */
export class CodeBook {
  readonly #codes: ReadonlyMap<string, Map<string, number>>;

  constructor(words: Words = {}) {
    this.#codes = new Map(
      CATEGORIES.map((name) => [name, new Map(words[name]?.map((word, code) => [word, code]))]),
    );
  }

  encode(known: Known): Float64Array {
    return Float64Array.from(FEATURES, (feature) => {
      if (feature.kind === 'number') return feature.of(known);
      const word = feature.of(known);
      return word === '' ? NaN : this.#codeOf(feature.name, word);
    });
  }

  words(): Words {
    return Object.fromEntries([...this.#codes].map(([name, codes]) => [name, [...codes.keys()]]));
  }

  #codeOf(name: string, word: string): number {
    const codes = this.#codes.get(name);
    const known = codes?.get(word);
    if (codes === undefined || known !== undefined) return known ?? NaN;
    if (codes.size > CATEGORY_CODE_MAX) return NaN;
    codes.set(word, codes.size);
    return codes.size - 1;
  }
}
