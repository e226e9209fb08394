import { CURVE_SHARES } from '../calibration/curve.ts';
import { Tally } from '../lanes/fair-weight.ts';
import { plainLane } from '../lanes/groups.ts';
import { isCompleted, type Parcel, transitDays } from '../sample/parcel.ts';
import type { Predicted } from './backtest.ts';
import { figuresOf } from './figures.ts';
import { type StageScore, scoreStages } from './score-stages.ts';

/** The accuracy of one model's dates. */
export interface Score {
  /** Parcels that were delivered. */
  readonly n: number;
  /**
   * Mean pinball loss over all quantiles, of ln(days + 1): a day counts more when parcels take two
   * than when they take twenty, and no straggler dominates. No lane counts for more than two
   * thirds of all others.
   */
  readonly pinball: number;
  readonly coverage80: number;
  readonly width80Days: number;
  readonly maeDays: number;
  readonly biasDays: number;
  readonly lateShare: number;
  /** En route, by status, most moments first; empty if no stops are reported. */
  readonly stages: readonly StageScore[];
}

/**
 * The score over the delivered parcels for which `isJudged` is true; its figures are NaN if there
 * are none.
 */
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
