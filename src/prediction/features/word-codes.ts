/** Words of each category in the order of first sight: a word's code is its place. */
export type Words = Readonly<Record<string, readonly string[]>>;

/** Gives words codes as they come, so that rows of different days can be learned from together. */
export class WordCodes {
  readonly #codes: ReadonlyMap<string, Map<string, number>>;
  readonly #most: number;

  /** @param most so many words of a category get a code; later ones are as good as unknown. */
  constructor(categories: readonly string[], words: Words, most: number) {
    this.#codes = new Map(
      categories.map((name) => [name, new Map(words[name]?.map((word, code) => [word, code]))]),
    );
    this.#most = most;
  }

  /** NaN of no word. */
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
