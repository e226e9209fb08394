import { CURVE_SHARES } from '../calibration/curve.ts';
import { plainLane, Tally } from '../lanes/groups.ts';
import { isCompleted, type Parcel, transitDays } from '../sample/parcel.ts';
import { logDays } from '../stage/leg-history.ts';
import type { Predicted } from './backtest.ts';
import { figuresOf } from './figures.ts';

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
    for (const [index, share] of CURVE_SHARES.entries()) {
      const over = actual - Math.log(Math.max(days[index] ?? 0, 0) + 1);
      sum += (weight * Math.max(share * over, (share - 1) * over)) / CURVE_SHARES.length;
    }
    weights += weight;
  }
  return sum / weights;
}

/** The accuracy of one model's predictions en route, at the moments of one status. */
export interface StageScore {
  readonly status: string;
  /** Moments: a scan, or some days of silence after it. */
  readonly n: number;
  /** Mean pinball loss of the window and its middle, of ln(days + an hour); lanes as in `Score`. */
  readonly pinball: number;
  /** Arrived within an 80 % window, to the minute. */
  readonly coverage80: number;
}

const SHARES = [0.1, 0.5, 0.9] as const;
const DAY_MS = 86_400_000;

/**
 * The scores by status over the delivered parcels for which `isJudged` is true; empty if no stops
 * are reported.
 */
function scoreStages(
  predicted: readonly Predicted[],
  isJudged: (parcel: Parcel) => boolean,
): readonly StageScore[] {
  const judged = predicted.filter(({ parcel }) => isCompleted(parcel) && isJudged(parcel));
  const lanes = new Tally();
  for (const { parcel } of judged) lanes.add(plainLane(parcel));
  const stages = new Map<string, { n: number; held: number; loss: number; weights: number }>();
  for (const { parcel, notes } of judged) {
    if (!isCompleted(parcel)) continue;
    const weight = lanes.weight(plainLane(parcel));
    for (const { status, wallMs, window, atAcceptance } of notes) {
      const stage = stages.get(status) ?? { n: 0, held: 0, loss: 0, weights: 0 };
      const { from, middle, to } = window ?? atAcceptance;
      const actual = logDays((parcel.deliveredAt.wallMs - wallMs) / DAY_MS);
      stage.n += 1;
      stage.held += actual >= from && actual <= to ? 1 : 0;
      stage.loss += weight * pinball([from, middle, to], actual);
      stage.weights += weight;
      stages.set(status, stage);
    }
  }
  return [...stages]
    .map(([status, { n, held, loss, weights }]) => ({
      status,
      n,
      pinball: loss / weights,
      coverage80: held / n,
    }))
    .sort((a, b) => b.n - a.n || (a.status < b.status ? -1 : 1));
}

function pinball(quantiles: readonly number[], actual: number): number {
  return SHARES.reduce((sum, share, index) => {
    const over = actual - (quantiles[index] ?? 0);
    return sum + Math.max(share * over, (share - 1) * over) / SHARES.length;
  }, 0);
}
