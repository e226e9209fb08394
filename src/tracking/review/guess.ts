import type { ReadStatus, Status } from '../../kernel/status.ts';
import { FORECASTS, LANGUAGES, LEXICON, NEGATIONS, type Wording } from './lexicon.ts';
import { type Neighbourhood, votesOf } from './neighbours.ts';

/** Everything known about a code that no mapping knows. */
interface GuessInput {
  /**
   * The carrier's texts for it, each once. They may contain personal data and are never repeated.
   */
  readonly texts: readonly string[];
  /** The carrier's documentation of the code; null if it does not name it. */
  readonly documented: string | null;
  /** The events before and after it, one entry per parcel. */
  readonly neighbours: readonly Neighbourhood[];
}

/** What the code may mean; an operator decides. */
export interface Guess {
  readonly status: ReadStatus;
  readonly reason: string | null;
  readonly milestone: string | null;
  /** How certain the guess is, from 0 to 1. */
  readonly certainty: number;
  /** The reasons in sentences, the strongest first. They never contain the carrier's own words. */
  readonly why: readonly string[];
}

/** The maximum weight of words and of neighbours before they are combined. */
const TEXT_WEIGHT = 0.85;
const NEIGHBOUR_WEIGHT = 0.7;
/**
 * Limits of certainty for statuses that end a parcel, so that nobody is notified of a delivery
 * because a word looked like one. `alone`: only words or only parcels suggest it; `both`: words and
 * parcels do.
 */
const CERTAINTY_MAX: Partial<
  Record<ReadStatus, { readonly alone: number; readonly both: number }>
> = {
  delivered: { alone: 0.45, both: 0.75 },
  returned_to_sender: { alone: 0.45, both: 0.7 },
  cancelled: { alone: 0.5, both: 0.7 },
};
const ANY_MAX = { alone: 0.85, both: 0.95 };
/** Share of parcels with later scans above which a status that ends a parcel is probably wrong. */
const WENT_ON_MAX = 0.2;
const WHY_MAX = 6;

/**
 * Guesses what a code means, from the words and from the parcels that had it: words suggest a
 * meaning; the events before and after show whether it is possible. Pure.
 */
export function guessMeaning({ texts, documented, neighbours }: GuessInput): Guess {
  const phrases: SourcedPhrase[] = [
    ...texts.flatMap(phrasesIn).map((each) => ({ ...each, by: 'The carrier’s text' as const })),
    ...(documented === null ? [] : phrasesIn(documented)).map((each) => ({
      ...each,
      by: 'The carrier’s documentation' as const,
    })),
  ];
  const words = strongest(phrases);
  const votes = votesOf(neighbours);
  const statuses = new Set<ReadStatus>([...words.keys(), ...votes.keys()]);
  const ranked = [...statuses]
    .map((status) => {
      const byText = (words.get(status)?.weight ?? 0) * TEXT_WEIGHT;
      const byParcels = (votes.get(status) ?? 0) * NEIGHBOUR_WEIGHT;
      return { status, byText, byParcels, score: 1 - (1 - byText) * (1 - byParcels) };
    })
    .sort((a, b) => b.score - a.score || a.status.localeCompare(b.status));
  const [best, second] = ranked;
  if (best === undefined) return NOTHING;
  const wentOn = shareThatWentOn(neighbours);
  const ends = CERTAINTY_MAX[best.status] !== undefined;
  const bounds = CERTAINTY_MAX[best.status] ?? ANY_MAX;
  const isBoth = best.byText > 0 && best.byParcels > 0;
  const lead = best.score / (best.score + (second?.score ?? 0) * 0.5);
  const refuted = ends && wentOn > WENT_ON_MAX ? 0.3 : 1;
  const certainty = Math.min(isBoth ? bounds.both : bounds.alone, best.score * lead) * refuted;
  const word = words.get(best.status);
  return {
    status: best.status,
    reason: word?.reason ?? null,
    milestone: word?.milestone ?? null,
    certainty: Math.round(certainty * 100) / 100,
    why: [
      ...reasonsFromWords(words, best.status, documented, texts.length > 0),
      ...reasonsFromParcels(neighbours, best.byParcels > 0),
      ...(refuted < 1
        ? [
            `${percent(wentOn)} of the parcels had later scans, so it is probably not a final status.`,
          ]
        : []),
      ...(ends && refuted === 1
        ? [
            'A final status is never certain from words and neighbouring scans: check a parcel first.',
          ]
        : []),
    ].slice(0, WHY_MAX),
  };
}

/** Where the words come from: the text beside the code, or the carrier's documentation. */
interface SourcedPhrase extends FoundPhrase {
  readonly by: 'The carrier’s text' | 'The carrier’s documentation';
}

const NOTHING: Guess = {
  status: 'in_transit',
  reason: null,
  milestone: null,
  certainty: 0.1,
  why: [
    'The carrier’s text contains no known word, and no parcel shows what comes before or after.',
  ],
};

/** Returns the strongest words for each status. */
function strongest(phrases: readonly SourcedPhrase[]): Map<ReadStatus, SourcedPhrase> {
  const best = new Map<ReadStatus, SourcedPhrase>();
  for (const each of phrases) {
    const known = best.get(each.status);
    const better =
      known === undefined ||
      each.weight > known.weight ||
      (each.weight === known.weight && known.reason === null && each.reason !== null);
    if (better) best.set(each.status, each);
  }
  return best;
}

/**
 * Explains the guess: the words that suggest the status, the strongest that suggest another one,
 * and whether the code is documented.
 */
function reasonsFromWords(
  words: ReadonlyMap<ReadStatus, SourcedPhrase>,
  status: ReadStatus,
  documented: string | null,
  hasText: boolean,
): string[] {
  const found = words.get(status);
  const others = [...words.values()].filter((phrase) => phrase.status !== status);
  const why = found === undefined ? [] : [`${citation(found)}, which usually means ${status}.`];
  const against = others
    .sort((a, b) => b.weight - a.weight)
    .slice(0, 1)
    .map((phrase) => `${citation(phrase)}, which suggests ${phrase.status}.`);
  const without = words.size === 0 && hasText ? ['The carrier’s text contains no known word.'] : [];
  const listed = documented === null ? [] : ['The carrier’s documentation lists the code.'];
  return [...why, ...against, ...without, ...listed];
}

/** Returns where the words were found: `The carrier’s text contains “in transit” (English)`. */
function citation({ phrase, language, modifier, by }: SourcedPhrase): string {
  const kind =
    modifier === 'negated' ? ' a negated' : modifier === 'forecast' ? ' an announced' : '';
  return `${by} contains${kind} “${phrase}” (${language})`;
}

/**
 * Describes what parcels show: the most frequent status before and after the code.
 *
 * @param counted whether parcels support the guess; if not, nothing is said about their statuses.
 */
function reasonsFromParcels(neighbours: readonly Neighbourhood[], counted: boolean): string[] {
  if (neighbours.length === 0) return ['No parcel shows what comes before or after it yet.'];
  if (!counted) return [];
  const before = mostFrequent(neighbours.map((each) => each.before));
  const after = mostFrequent(neighbours.map((each) => each.after));
  const of = `of ${neighbours.length} ${neighbours.length === 1 ? 'parcel' : 'parcels'}`;
  return [
    `Before it, ${before.count} ${of} ${before.count === 1 ? 'was' : 'were'} ${before.status ?? 'unknown'}.`,
    after.status === null
      ? `After it, ${after.count} ${of} had no further update.`
      : `After it, ${after.count} ${of} became ${after.status}.`,
  ];
}

function mostFrequent(statuses: readonly (Status | null)[]): {
  status: Status | null;
  count: number;
} {
  const counts = new Map<Status | null, number>();
  for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return { status: most?.[0] ?? null, count: most?.[1] ?? 0 };
}

/** Returns the share of parcels (0 to 1) with a later status that does not end the parcel. */
function shareThatWentOn(neighbours: readonly Neighbourhood[]): number {
  if (neighbours.length === 0) return 0;
  return (
    neighbours.filter(({ after }) => after !== null && !ENDS.has(after)).length / neighbours.length
  );
}

const ENDS: ReadonlySet<Status> = new Set(['delivered', 'returned_to_sender', 'cancelled']);

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** Words of the lexicon found in a text. */
interface FoundPhrase {
  readonly status: ReadStatus;
  readonly reason: string | null;
  readonly milestone: string | null;
  readonly weight: number;
  /** The lexicon's words, never the text's, which may contain a name. */
  readonly phrase: string;
  readonly language: string;
  /** Set if the words follow a negation or are in a forecast, and so mean something else. */
  readonly modifier: 'negated' | 'forecast' | null;
}

/** Limit of words that are read: a carrier's text for one event is one line. */
const WORDS_MAX = 60;
/** A negation or a forecast counts up to this many words before the phrase. */
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
export function phrasesIn(text: string): FoundPhrase[] {
  const words = wordsOf(text);
  const used = new Set<number>();
  const found: FoundPhrase[] = [];
  for (const entry of ENTRIES) {
    const at = findPhrase(entry.words, words, used);
    if (at < 0) continue;
    for (let i = at; i < at + entry.words.length; i += 1) used.add(i);
    found.push(readPhrase(entry, words.slice(Math.max(0, at - REACH), at)));
  }
  return found;
}

function readPhrase({ wording, phrase, language }: Entry, before: readonly string[]): FoundPhrase {
  const { status, reason = null, milestone = null, weight } = wording;
  const found = { phrase: phrase.replaceAll('*', '…'), language: LANGUAGES[language] ?? language };
  if (status === 'delivered' && before.some((word) => NEGATES.has(word))) {
    return {
      status: 'delivery_attempted',
      reason,
      milestone,
      weight,
      ...found,
      modifier: 'negated',
    };
  }
  if (FORECASTABLE.has(status) && before.some((word) => FORECAST_WORDS.has(word))) {
    return {
      status: 'none',
      reason: null,
      milestone: null,
      weight,
      ...found,
      modifier: 'forecast',
    };
  }
  return { status, reason, milestone, weight, ...found, modifier: null };
}

const FORECASTABLE: ReadonlySet<ReadStatus> = new Set([
  'delivered',
  'out_for_delivery',
  'available_for_pickup',
  'picked_up',
]);

/** Returns the index of the phrase's first word in the text, skipping used words; −1: none. */
function findPhrase(
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
