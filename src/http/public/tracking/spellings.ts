import { pastedNumbers, type Registry } from '../../../adapters/index.ts';
import { PASTED_CHARS_MAX } from '../../../kernel/numbers/check-digit.ts';
import { numbersIn } from '../../../kernel/numbers/several.ts';

/**
 * Returns how the installed carriers would store a number: each one's `normalize`, without duplicates.
 * Nearly always one spelling, because most carriers only remove spaces.
 */
export function spellingsOf(registry: Pick<Registry, 'carriers'>): (number: string) => string[] {
  const normalizers = registry.carriers().map(({ numbers }) => numbers);
  return (number) => {
    const spellings: string[] = [];
    for (const numbers of normalizers) {
      const spelling = numbers.normalize(number);
      if (spelling !== '' && !spellings.includes(spelling)) spellings.push(spelling);
    }
    return spellings;
  };
}

/** More are guessed rather than pasted. */
const NUMBERS_MAX = 10;
/** Addresses have the most: one for each parameter and part. */
const SPELLINGS_MAX = 40;

/**
 * Returns how the installed carriers would store the numbers in a text that somebody typed or pasted
 * (a label, an address, several numbers), as registration reads them: for each number, the spellings
 * of its possible readings, in the order to try.
 */
export function pastedSpellings(
  registry: Pick<Registry, 'carriers'>,
): (text: string) => readonly (readonly (readonly string[])[])[] {
  const spellings = spellingsOf(registry);
  return (text) => {
    if (text.length > PASTED_CHARS_MAX) return [];
    const numbers = numbersIn(text).slice(0, NUMBERS_MAX);
    return numbers.map((number) =>
      [...pastedNumbers(number)].map((reading) => {
        const each = reading.flatMap((pasted) => spellings(pasted.text));
        return [...new Set(each)].slice(0, SPELLINGS_MAX);
      }),
    );
  };
}
