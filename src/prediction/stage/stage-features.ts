import { WordCodes, type Words } from '../features/word-codes.ts';
import type { OpenParcel } from '../sample/parcel.ts';
import { type LegComparison, logDays } from './leg-history.ts';
import type { Progress } from './progress.ts';

/** What is known about a parcel en route at a moment, and how others fared there. */
export interface StageKnown {
  readonly parcel: OpenParcel;
  readonly progress: Progress;
  readonly standing: LegComparison;
  readonly ahead: Ahead;
}

/**
 * The remaining days from that moment given only that the parcel was handed over and has not
 * arrived: p10, p50 and p90.
 */
export type Ahead = readonly [p10: number, p50: number, p90: number];

type StageFeature =
  | { readonly name: string; readonly kind: 'number'; readonly of: (known: StageKnown) => number }
  | {
      readonly name: string;
      readonly kind: 'category';
      readonly of: (known: StageKnown) => string;
    };

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

const number = (name: string, of: (known: StageKnown) => number): StageFeature => ({
  name,
  kind: 'number',
  of,
});
const word = (name: string, of: (known: StageKnown) => string): StageFeature => ({
  name,
  kind: 'category',
  of,
});

/** In the order of the columns. Empty words and NaN mean unknown. */
export const STAGE_FEATURES: readonly StageFeature[] = [
  word('status', ({ progress }) => progress.newest.status),
  word('carrier', ({ parcel }) => parcel.carrier),
  word('service_level', ({ parcel }) => parcel.serviceLevel),
  word('place', ({ standing }) => standing.place),
  number('ahead_10', ({ ahead }) => logDays(ahead[0])),
  number('ahead_50', ({ ahead }) => logDays(ahead[1])),
  number('ahead_90', ({ ahead }) => logDays(ahead[2])),
  number('usual_rest', ({ standing }) => standing.usualRest),
  number(
    'usual_rest_against_ahead',
    ({ standing, ahead }) => standing.usualRest - logDays(ahead[1]),
  ),
  number('elapsed_days', elapsedDays),
  number('stops', ({ progress }) => progress.stops),
  number('attempts', ({ progress }) => progress.attempts),
  number('setbacks', ({ progress }) => progress.setbacks),
  number('leg', ({ standing }) => standing.leg),
  number('leg_against_usual', ({ standing }) => standing.leg - standing.usualLeg),
  number('silent_days', ({ progress }) => progress.silentDays),
  number(
    'silence_against_usual',
    ({ progress, standing }) => logDays(progress.silentDays) - standing.usualStay,
  ),
  number('place_week', ({ standing }) => standing.throughput.week),
  number('place_against_usual', ({ standing }) => standing.throughput.beyondUsual),
  number('is_abroad', isAbroad),
  number('estimate_days', ({ progress }) => daysUntil(progress.newest.estimateDay, progress)),
  number('promised_days', ({ parcel, progress }) => daysUntil(parcel.promisedDay, progress)),
  // The first of January 1970 was a Thursday.
  number('weekday', ({ progress }) => mod(Math.floor(progress.wallMs / DAY_MS) + 3, 7)),
  number('hour', ({ progress }) => mod(progress.wallMs, DAY_MS) / HOUR_MS),
];

const CATEGORIES = STAGE_FEATURES.filter(({ kind }) => kind === 'category').map(({ name }) => name);
const WORDS_MAX = 2_000;

/** Converts what is known en route to a forest's input numbers. */
export class StageBook {
  readonly #codes: WordCodes;

  constructor(words: Words = {}) {
    this.#codes = new WordCodes(CATEGORIES, words, WORDS_MAX);
  }

  encode(known: StageKnown): Float64Array {
    return Float64Array.from(STAGE_FEATURES, (feature) =>
      feature.kind === 'number'
        ? feature.of(known)
        : this.#codes.codeOf(feature.name, feature.of(known)),
    );
  }

  words(): Words {
    return this.#codes.words();
  }
}

function elapsedDays({ parcel, progress }: StageKnown): number {
  return (progress.wallMs - parcel.handedOverAt.wallMs) / DAY_MS;
}

function isAbroad({ parcel, progress }: StageKnown): number {
  const { country } = parcel.destination;
  const here = progress.newest.country;
  return country === '' || here === '' ? NaN : Number(country !== here);
}

function daysUntil(day: number | null, { wallMs }: Progress): number {
  return day === null ? NaN : day - wallMs / DAY_MS;
}

function mod(value: number, by: number): number {
  return ((value % by) + by) % by;
}
