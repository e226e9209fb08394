import { readShippedYaml, z } from '../../sdk.ts';

const list = z.array(z.string());

/** Wordings that say more than a code, or stand in for one. */
const TEXTS = readShippedYaml(
  new URL('../texts.yaml', import.meta.url),
  z.strictObject({ refinements: list, words: list, categories: list }),
);

const BY_LENGTH = [...TEXTS.refinements]
  .sort((a, b) => b.length - a.length)
  .map((refinement) => ({ refinement, prefix: fold(refinement) }));

const BY_WORDS: ReadonlyMap<string, string> = new Map(
  TEXTS.words.map((words) => [fold(words), words]),
);

/** The longest refinement that begins `text`, in whole words and any case; null when none does. */
export function refinementOf(text: string | null): string | null {
  if (text === null) return null;
  const folded = fold(text);
  const found = BY_LENGTH.find(
    ({ prefix }) => folded.startsWith(prefix) && !/^[a-z0-9]/.test(folded.slice(prefix.length)),
  );
  return found?.refinement ?? null;
}

/**
 * The meaning of a text without a code: a refinement, else known words; null when it is neither.
 */
export function wordingOf(text: string | null): string | null {
  const refinement = refinementOf(text);
  if (refinement !== null || text === null) return refinement;
  const folded = fold(text);
  const [beforeAddition = ''] = folded.split(/,| \(/, 1);
  return BY_WORDS.get(folded) ?? BY_WORDS.get(beforeAddition) ?? null;
}

const BY_CATEGORY: ReadonlyMap<string, string> = new Map(
  TEXTS.categories.map((category) => [fold(category), category]),
);

/**
 * A category that is not one of USPS's, by its words: a refinement it begins with, or the alert
 * before its colon ("Alert: …"). The category itself where neither is known.
 */
export function knownCategory(category: string | null): {
  readonly text: string | null;
  readonly category: string | null;
} {
  const text = refinementOf(category);
  // "Available for Pickup" is both; as a category it says all there is.
  if (text !== null && text !== 'Available for Pickup') return { text, category: null };
  return {
    text: null,
    category: /^alert:/i.test(category ?? '') ? 'Alert' : category,
  };
}

/** The category that a status is the name of, as a whole; null when it is none. */
export function categoryOf(text: string | null): string | null {
  return text === null ? null : (BY_CATEGORY.get(fold(text)) ?? null);
}

function fold(text: string): string {
  return text.trim().toLowerCase().replace(/\s+/g, ' ');
}
