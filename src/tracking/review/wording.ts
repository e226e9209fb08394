import type { ReadStatus } from '../../kernel/status.ts';
import { FORECASTS, LANGUAGES, LEXICON, NEGATIONS, type Wording } from './lexicon.ts';

/** Words of the lexicon found in a text. */
export interface Said {
  readonly status: ReadStatus;
  readonly reason: string | null;
  readonly milestone: string | null;
  readonly weight: number;
  /** The lexicon's words, never the text's, which may contain a name. */
  readonly phrase: string;
  readonly language: string;
  /** Set if the words follow a negation or are in a forecast, and so mean something else. */
  readonly turned: 'negated' | 'forecast' | null;
}

/** Limit of words that are read: a carrier's text for one event is one line. */
const WORDS_MAX = 60;
/** How many words before its verb a negation or a forecast may stand. */
const REACH = 4;

interface Entry {
  readonly wording: Wording;
  readonly phrase: string;
  readonly words: readonly string[];
  readonly language: string;
}

const ENTRIES: readonly Entry[] = LEXICON.flatMap(
  (wording) =>
    Object.entries(wording.phrases).flatMap(([language, phrases]) =>
      phrases.map((phrase) => ({ wording, phrase, words: phrase.split(' '), language })),
    ),
  // Longer phrases first: "not delivered" must not match as "delivered".
).sort((a, b) => b.words.length - a.words.length || b.phrase.length - a.phrase.length);

const NEGATES = new Set(NEGATIONS);
const FORECAST_WORDS = new Set(FORECASTS);

/** Finds the lexicon's phrases in a text; each word matches once. Pure, linear in the text. */
export function wordsSaid(text: string): Said[] {
  const words = wordsOf(text);
  const used = new Set<number>();
  const said: Said[] = [];
  for (const entry of ENTRIES) {
    const at = placeOf(entry.words, words, used);
    if (at < 0) continue;
    for (let i = at; i < at + entry.words.length; i += 1) used.add(i);
    said.push(turned(entry, words.slice(Math.max(0, at - REACH), at)));
  }
  return said;
}

function turned({ wording, phrase, language }: Entry, before: readonly string[]): Said {
  const { status, reason = null, milestone = null, weight } = wording;
  const found = { phrase: phrase.replaceAll('*', '…'), language: LANGUAGES[language] ?? language };
  if (status === 'delivered' && before.some((word) => NEGATES.has(word))) {
    return { status: 'delivery_attempted', reason, milestone, weight, ...found, turned: 'negated' };
  }
  if (FORECASTABLE.has(status) && before.some((word) => FORECAST_WORDS.has(word))) {
    return { status: 'none', reason: null, milestone: null, weight, ...found, turned: 'forecast' };
  }
  return { status, reason, milestone, weight, ...found, turned: null };
}

const FORECASTABLE: ReadonlySet<ReadStatus> = new Set([
  'delivered',
  'out_for_delivery',
  'available_for_pickup',
  'picked_up',
]);

function placeOf(
  phrase: readonly string[],
  words: readonly string[],
  used: ReadonlySet<number>,
): number {
  for (let at = 0; at + phrase.length <= words.length; at += 1) {
    if (phrase.every((word, i) => !used.has(at + i) && matches(word, words[at + i] ?? ''))) {
      return at;
    }
  }
  return -1;
}

function matches(pattern: string, word: string): boolean {
  return pattern.endsWith('*') ? word.startsWith(pattern.slice(0, -1)) : word === pattern;
}

/**
 * Returns the words of a text in lower case and without accents, split at everything that is no
 * letter.
 */
function wordsOf(text: string): string[] {
  return text
    .slice(0, 1_000)
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll('ł', 'l')
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== '')
    .slice(0, WORDS_MAX);
}
