import { wordingOf } from './refinements.ts';
import { STAGES } from './stages.ts';

const CODES_OF: ReadonlyMap<string, readonly string[]> = new Map(
  STAGES.flatMap(([words, codes]) => words.map((each) => [each, codes.split(' ')])),
);

/**
 * The words of an event, where they are known to tell of a stage and its code stands for something
 * else, or for nothing known: then the two contradict each other, which no answer of USPS itself
 * does, and the words are what somebody meant. Null otherwise.
 */
export function wordsAgainst(code: string, eventType: string | null): string | null {
  const wording = wordingOf(eventType);
  const codes = wording === null ? undefined : CODES_OF.get(wording);
  return codes === undefined || codes.includes(code) ? null : wording;
}
