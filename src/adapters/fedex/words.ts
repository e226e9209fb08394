import { readShippedYaml, z } from '../sdk.ts';

/**
 * The code of a scan by the words that FedEx documents for it, for a scan or a current status
 * without any code. A code is never overruled: words come in the requested language and were
 * changed more than once. Only a whole wording counts, ignoring case, blanks and punctuation, so
 * that "Delivered" is a delivery and "Delivered to sender" is unknown. Null for any other words.
 */
export function eventOfWords(words: string | undefined): string | null {
  return words === undefined ? null : (EVENTS_BY_WORDS.get(fold(words)) ?? null);
}

/** The wordings that replace codes of scans. */
const TEXTS = readShippedYaml(
  new URL('./texts.yaml', import.meta.url),
  z.strictObject({
    documented: z.record(z.string(), z.string()),
    shown: z.record(z.string(), z.string()),
  }),
);

export const DOCUMENTED = Object.entries(TEXTS.documented);

export const SHOWN = Object.entries(TEXTS.shown).map(([words, event]) => [event, words] as const);

const EVENTS_BY_WORDS: ReadonlyMap<string, string> = new Map(
  [...DOCUMENTED, ...SHOWN].map(([event, words]) => [fold(words), event]),
);

const CODES: ReadonlySet<string> = new Set(EVENTS_BY_WORDS.values());

/** Codes of FedEx's lists that have no wording above. */
const OTHERS: ReadonlySet<string> = new Set(
  'BR CU DR EA HA IN IX LC Ow PM PR PX RA RC SH SP TP'.split(' '),
);

/**
 * The code of a scan or, if it is in no list of FedEx, the one that its words mean. The lists are
 * not complete, and such a code alone would only mean "on the way". Words never make it a delivery,
 * and a code of a list takes precedence.
 */
export function refinedByWords(event: string | undefined, words: string | undefined) {
  if (event === undefined || CODES.has(event) || OTHERS.has(event)) return event;
  const byWords = eventOfWords(words);
  return byWords === null || byWords === 'DL' ? event : byWords;
}

/**
 * Reduces a text to lower-case letters and digits, with one blank for any characters between them.
 */
export function fold(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
