import { WordCodes, type Words } from '../features/feature-columns.ts';
import type { OpenParcel } from '../sample/parcel.ts';
import { type LegComparison, logDays } from './leg-history.ts';
import type { Progress } from './progress.ts';

/** What is known about a parcel en route at a moment, and of other parcels at the same place. */
interface StageKnown {
  readonly parcel: OpenParcel;
  readonly progress: Progress;
  readonly comparison: LegComparison;
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
  word('place', ({ comparison }) => comparison.place),
  number('ahead_10', ({ ahead }) => logDays(ahead[0])),
  number('ahead_50', ({ ahead }) => logDays(ahead[1])),
  number('ahead_90', ({ ahead }) => logDays(ahead[2])),
  number('usual_rest', ({ comparison }) => comparison.usualRest),
  number(
    'usual_rest_against_ahead',
    ({ comparison, ahead }) => comparison.usualRest - logDays(ahead[1]),
  ),
  number('elapsed_days', elapsedDays),
  number('stops', ({ progress }) => progress.stops),
  number('attempts', ({ progress }) => progress.attempts),
  number('setbacks', ({ progress }) => progress.setbacks),
  number('leg', ({ comparison }) => comparison.leg),
  number('leg_against_usual', ({ comparison }) => comparison.leg - comparison.usualLeg),
  number('silent_days', ({ progress }) => progress.silentDays),
  number(
    'silence_against_usual',
    ({ progress, comparison }) => logDays(progress.silentDays) - comparison.usualStay,
  ),
  number('place_week', ({ comparison }) => comparison.throughput.week),
  number('place_against_usual', ({ comparison }) => comparison.throughput.beyondUsual),
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

/** [status, squared error of the model's guess, of the history's] */
type TrustEntry = [string, number, number];

/** The prior error of each guess, in ln(days). */
const FIRST = 1;
/** The learning rate for one parcel. */
const PER_PARCEL = 0.02;

/**
 * Combines two guesses of the remaining time: the model's at acceptance, and the time that other
 * parcels took from the same place. The first is better on the road, the second when the parcel is
 * nearly there; their past errors at a status decide the weights.
 */
export class GuessTrust {
  readonly #statuses: Map<string, { model: number; history: number }>;

  constructor(entries: readonly TrustEntry[] = []) {
    this.#statuses = new Map(
      entries.map(([status, model, history]) => [status, { model, history }]),
    );
  }

  /** Returns the weighted guess; without history (NaN) the model's. */
  guess(status: string, model: number, history: number): number {
    if (Number.isNaN(history)) return model;
    const errors = this.#statuses.get(status) ?? { model: FIRST, history: FIRST };
    const part = errors.model / (errors.model + errors.history);
    return model + part * (history - model);
  }

  /** Learns from the actual time and what both had guessed. */
  record(status: string, model: number, history: number, actual: number): void {
    if (Number.isNaN(history)) return;
    const errors = this.#statuses.get(status) ?? { model: FIRST, history: FIRST };
    errors.model += PER_PARCEL * ((model - actual) ** 2 - errors.model);
    errors.history += PER_PARCEL * ((history - actual) ** 2 - errors.history);
    this.#statuses.set(status, errors);
  }

  entries(): TrustEntry[] {
    return [...this.#statuses].map(([status, { model, history }]) => [status, model, history]);
  }
}
