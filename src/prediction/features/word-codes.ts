/** Words of each category in order of first appearance: a word's index is its code. */
export type Words = Readonly<Record<string, readonly string[]>>;

/**
 * Assigns codes to words as they come, so that rows of different days can be trained on together.
 */
export class WordCodes {
  readonly #codes: ReadonlyMap<string, Map<string, number>>;
  readonly #most: number;

  /** @param most only this many words of a category get a code; later ones count as unknown. */
  constructor(categories: readonly string[], words: Words, most: number) {
    this.#codes = new Map(
      categories.map((name) => [name, new Map(words[name]?.map((word, code) => [word, code]))]),
    );
    this.#most = most;
  }

  /** The code of a word; NaN for an empty word. */
  codeOf(name: string, word: string): number {
    const codes = word === '' ? undefined : this.#codes.get(name);
    const known = codes?.get(word);
    if (codes === undefined || known !== undefined) return known ?? NaN;
    if (codes.size >= this.#most) return NaN;
    codes.set(word, codes.size);
    return codes.size - 1;
  }

  words(): Words {
    return Object.fromEntries([...this.#codes].map(([name, codes]) => [name, [...codes.keys()]]));
  }
}
