import type { Registry } from '../../../adapters/index.ts';

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
