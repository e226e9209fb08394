import { CURVE_SHARES } from '../calibration/curve.ts';
import { Tally } from '../lanes/fair-weight.ts';
import { plainLane } from '../lanes/groups.ts';
import { isCompleted, type Parcel, transitDays } from '../sample/parcel.ts';
import { figuresOf } from './figures.ts';
import { type StageScore, scoreStages } from './score-stages.ts';
import type { Predicted } from './walk.ts';

/** How the dates of one model came true. */
export interface Score {
  /** Parcels that were delivered. */
  readonly n: number;
  /**
   * Mean pinball loss over all quantiles, of ln(days + 1): a day counts more where parcels take two
   * than where they take twenty, and no straggler decides. No lane counts more than two thirds of
   * all others do.
   */
  readonly pinball: number;
  readonly coverage80: number;
  readonly width80Days: number;
  readonly maeDays: number;
  readonly biasDays: number;
  readonly lateShare: number;
  /** On the way, by status, most moments first; empty where nobody reports stops. */
  readonly stages: readonly StageScore[];
}

/** Of the parcels that `isJudged` and that were delivered; figures of none are NaN. */
export function scoreDates(
  predicted: readonly Predicted[],
  isJudged: (parcel: Parcel) => boolean,
): Score {
  const judged = predicted.filter(({ parcel }) => isCompleted(parcel) && isJudged(parcel));
  const { n, coverage80, width80Days, maeDays, biasDays, lateShare } = figuresOf(judged);
  return {
    n,
    pinball: meanPinball(judged),
    coverage80,
    width80Days,
    maeDays,
    biasDays,
    lateShare,
    stages: scoreStages(judged, isJudged),
  };
}

function meanPinball(judged: readonly Predicted[]): number {
  const lanes = new Tally();
  for (const { parcel } of judged) lanes.add(plainLane(parcel));
  let sum = 0;
  let weights = 0;
  for (const { parcel, days } of judged) {
    if (!isCompleted(parcel)) continue;
    const weight = lanes.weight(plainLane(parcel));
    const actual = Math.log(transitDays(parcel) + 1);
    for (const [nr, share] of CURVE_SHARES.entries()) {
      const over = actual - Math.log(Math.max(days[nr] ?? 0, 0) + 1);
      sum += (weight * Math.max(share * over, (share - 1) * over)) / CURVE_SHARES.length;
    }
    weights += weight;
  }
  return sum / weights;
}
