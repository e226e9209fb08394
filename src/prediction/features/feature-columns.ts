import { CATEGORY_CODE_MAX } from '../gbdt/index.ts';
import {
  COMPARED_GROUPS,
  expectedLog,
  type LaneComparison,
  PACE_SHARES,
  RESIDUAL_DAYS,
} from '../lanes/comparison.ts';
import { regionOf } from '../lanes/groups.ts';
import { distanceKm, type Parcel } from '../sample/parcel.ts';

/** What is known about a parcel at its acceptance; excludes its delivery. */
interface Known {
  readonly parcel: Omit<Parcel, 'deliveredAt'>;
  readonly standing: LaneComparison;
}

interface NumberFeature {
  readonly name: string;
  readonly kind: 'number';
  /** The feature's value; NaN if it is unknown. */
  readonly of: (known: Known) => number;
}

interface WordFeature {
  readonly name: string;
  readonly kind: 'category';
  /** The feature's word; empty if it is unknown. */
  readonly of: (known: Known) => string;
}

type Feature = NumberFeature | WordFeature;

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

const number = (name: string, of: NumberFeature['of']): Feature => ({ name, kind: 'number', of });
const word = (name: string, of: WordFeature['of']): Feature => ({ name, kind: 'category', of });

/** The last column: models trained without a weather source omit it. */
const WEATHER = number('weather', ({ parcel }) => parcel.weather ?? NaN);

/**
 * All features, in the order of a model's columns. None describes the overall pace: with a year or
 * two of history a tree would memorize single seasons, and be wrong in the next. The overall pace
 * is handled before the trees (`expectedLog`) and after them (calibration).
 */
export const FEATURES: readonly Feature[] = [
  word('carrier', ({ parcel }) => parcel.carrier),
  word('service_level', ({ parcel }) => parcel.serviceLevel),
  word('origin', ({ parcel }) => regionOf(parcel.origin)),
  word('destination', ({ parcel }) => regionOf(parcel.destination)),
  number('usual_time', ({ standing }) => standing.usual),
  number('expected_time', ({ standing }) => expectedLog(standing)),
  number('weekday', ({ parcel }) => weekday(parcel.handedOverAt.wallMs)),
  number('hour', ({ parcel }) => mod(parcel.handedOverAt.wallMs, DAY_MS) / HOUR_MS),
  number('promised_days', promisedDays),
  number('promised_days_from_label', promisedDaysFromLabel),
  number('label_to_hand_over_days', labelDays),
  number('distance_km', ({ parcel }) => distanceKm(parcel.origin, parcel.destination)),
  number('weight_g', ({ parcel }) => parcel.weightG ?? NaN),
  number('origin_lat', ({ parcel }) => parcel.origin.lat ?? NaN),
  number('origin_lng', ({ parcel }) => parcel.origin.lng ?? NaN),
  number('destination_lat', ({ parcel }) => parcel.destination.lat ?? NaN),
  number('destination_lng', ({ parcel }) => parcel.destination.lng ?? NaN),
  number('lane_deliveries', ({ standing }) => standing.deliveries.lane),
  number('sender_deliveries', ({ standing }) => standing.deliveries.sender),
  ...COMPARED_GROUPS.flatMap((group) => [
    ...PACE_SHARES.map((share, index) =>
      number(`${group}_pace_${share * 100}`, ({ standing }) => standing.pace[group][index] ?? NaN),
    ),
    ...RESIDUAL_DAYS.map((days, index) =>
      number(
        `${group}_residual_${days}`,
        ({ standing }) => standing.residuals[group][index] ?? NaN,
      ),
    ),
    number(`${group}_under_way`, ({ standing }) => standing.underWay[group]),
  ]),
  WEATHER,
];

/** The features of a model without weather; they are the first of all features. */
export const FEATURES_WITHOUT_WEATHER: readonly Feature[] = FEATURES.slice(0, -1);

/** The features that occur in these rows, where a model can omit the others. */
export function featuresOf(rows: Iterable<Float64Array>): readonly Feature[] {
  const place = FEATURES.length - 1;
  for (const row of rows) if (!Number.isNaN(row[place])) return FEATURES;
  return FEATURES_WITHOUT_WEATHER;
}

function promisedDays({ parcel: { promisedDay, handedOverAt } }: Known): number {
  return promisedDay === null ? NaN : promisedDay - handedOverAt.wallMs / DAY_MS;
}

function promisedDaysFromLabel({ parcel: { promisedDay, labelAt } }: Known): number {
  return promisedDay === null || labelAt === null ? NaN : promisedDay - labelAt.wallMs / DAY_MS;
}

function labelDays({ parcel: { labelAt, handedOverAt } }: Known): number {
  return labelAt === null ? NaN : (handedOverAt.instantMs - labelAt.instantMs) / DAY_MS;
}

/** 0 is Monday. The first of January 1970 was a Thursday. */
function weekday(wallMs: number): number {
  return mod(Math.floor(wallMs / DAY_MS) + 3, 7);
}

function mod(value: number, by: number): number {
  return ((value % by) + by) % by;
}

/** Words of each category in order of first appearance: a word's index is its code. */
export type Words = Readonly<Record<string, readonly string[]>>;

/**
 * Assigns codes to words as they come, so that rows of different days can be trained on together.
 */
export class WordCodes {
  readonly #codes: ReadonlyMap<string, Map<string, number>>;
  readonly #most: number;

  /** @param most only this many words of a category get a code; later ones count as unknown. */
  constructor(categories: readonly string[], words: Words, most: number) {
    this.#codes = new Map(
      categories.map((name) => [name, new Map(words[name]?.map((word, code) => [word, code]))]),
    );
    this.#most = most;
  }

  /** The code of a word; NaN for an empty word. */
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

const CATEGORIES = FEATURES.filter(({ kind }) => kind === 'category').map(({ name }) => name);

/** Converts what is known to a forest's input numbers, in the order of `FEATURES`. */
export class CodeBook {
  readonly #codes: WordCodes;

  constructor(words: Words = {}) {
    this.#codes = new WordCodes(CATEGORIES, words, CATEGORY_CODE_MAX + 1);
  }

  encode(known: Known): Float64Array {
    return Float64Array.from(FEATURES, (feature) =>
      feature.kind === 'number'
        ? feature.of(known)
        : this.#codes.codeOf(feature.name, feature.of(known)),
    );
  }

  words(): Words {
    return this.#codes.words();
  }
}
