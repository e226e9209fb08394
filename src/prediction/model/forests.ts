import type { Calibrator } from '../calibration/calibrator.ts';
import { CURVE_SHARES, type Curve, curveOf } from '../calibration/curve.ts';
import type { CodeBook } from '../features/feature-columns.ts';
import {
  binDataset,
  type Column,
  type Dataset,
  type Forest,
  predict,
  type TrainingOptions,
  trainForest,
} from '../gbdt/index.ts';
import { expectedLog } from '../lanes/comparison.ts';
import { regionOf } from '../lanes/groups.ts';
import type { LaneStatistics } from '../lanes/lane-statistics.ts';
import type { OpenParcel } from '../sample/parcel.ts';
import type { Ahead } from '../stage/stage-features.ts';

/** A training row: its features, and the log of the time relative to the expected one. */
export interface Example {
  readonly row: Float64Array;
  readonly target: number;
}

/** The minimum number of rows: fewer teach nothing reliable. */
const ROWS_MIN = 200;
/** With less data, trees are smaller and coarser: cheaper, and no worse. */
const BINS = { rowsEach: 20, most: 127 } as const;
const LEAVES = { rowsEach: 100, least: 6, most: 24 } as const;
/** Minimum rows of a leaf: otherwise its quantiles would be those of single parcels. */
const LEAF_ROWS = { leastShare: 1 / 20, most: 60 } as const;

/**
 * Without a model: the spread of times around the expected one that is typical nearly everywhere,
 * in ln(days + 1).
 */
const FIRST_CURVE: readonly number[] = [-0.75, -0.6, -0.3, 0, 0.35, 0.7, 0.95];

type FeatureColumn = Pick<Column, 'name' | 'kind'>;

/** Trains a forest for each of `CURVE_SHARES`; returns none without enough data. */
export function trainForests(
  examples: readonly Example[],
  features: readonly FeatureColumn[],
  { seed, pause }: TrainingOptions,
): readonly Forest[] {
  if (examples.length < ROWS_MIN) return [];
  const rows = examples.length;
  const binsMax = Math.min(Math.floor(rows / BINS.rowsEach), BINS.most);
  const binned = binDataset(datasetOf(examples, features), binsMax, pause);
  const target = Float64Array.from(examples, (example) => example.target);
  const leaves = Math.max(Math.floor(rows / LEAVES.rowsEach), LEAVES.least);
  const leafRowsMin = Math.min(Math.floor(rows * LEAF_ROWS.leastShare), LEAF_ROWS.most);
  return CURVE_SHARES.map((quantile) => {
    const settings = {
      quantile,
      roundsMax: 100,
      leavesMax: Math.min(leaves, LEAVES.most),
      leafRowsMin,
      learningRate: 0.06,
      l2: 5,
      binsMax,
      columnShare: 0.5,
      rowShare: 0.7,
      patience: 100,
      seed,
    };
    return trainForest(binned, target, settings, undefined, pause);
  });
}

/** The distribution of the arrival of parcels with these features, in ln(days + 1). */
export function curveFor(forests: readonly Forest[], row: Float64Array, expected: number): Curve {
  const quantiles =
    forests.length === 0 ? FIRST_CURVE : forests.map((forest) => predict(forest, row));
  return curveOf(quantiles.map((quantile) => expected + quantile));
}

function datasetOf(examples: readonly Example[], features: readonly FeatureColumn[]): Dataset {
  return {
    rows: examples.length,
    columns: features.map(({ name, kind }, index) => ({
      name,
      kind,
      values: Float64Array.from(examples, ({ row }) => row[index] ?? NaN),
    })),
  };
}

const DAY_MS = 86_400_000;

/** What dates at acceptance are computed with. */
export interface LearnedAtAcceptance {
  readonly statistics: LaneStatistics;
  readonly calibrator: Calibrator;
  readonly book: CodeBook;
  readonly forests: readonly Forest[];
}

/**
 * The remaining time of a parcel at a moment en route, given only its acceptance.
 *
 * @param at `nowMs`: what other parcels have shown by then; `wallMs`: the moment, in local time
 *   there.
 * @param curve the parcel's, if already known.
 */
export function aheadOf(
  { statistics, calibrator, book, forests }: LearnedAtAcceptance,
  parcel: OpenParcel,
  at: { readonly nowMs: number; readonly wallMs: number },
  curve?: Curve,
): Ahead {
  const { wallMs: handedOverWallMs } = parcel.handedOverAt;
  const elapsedDays = Math.max(0, (at.wallMs - handedOverWallMs) / DAY_MS);
  const curveNow = (): Curve => {
    const standing = statistics.standing(parcel, at.nowMs);
    return curveFor(forests, book.encode({ parcel, standing }), expectedLog(standing));
  };
  const when = { nowMs: at.nowMs, handedOverWallMs };
  const group = calibrationGroup(parcel);
  const daysAt = calibrator.daysAt(curve ?? curveNow(), group, when, elapsedDays);
  const ahead = (share: number) => daysAt(share) - elapsedDays;
  return [ahead(0.1), ahead(0.5), ahead(0.9)];
}

/** Parcels that are calibrated together: one carrier's service to one region. */
export function calibrationGroup({ carrier, serviceLevel, destination }: OpenParcel): string {
  return [carrier, serviceLevel, regionOf(destination)].join('\u001f');
}
