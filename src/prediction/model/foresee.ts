import { CURVE_SHARES, type Curve } from '../calibration/curve.ts';
import type { ModelCandidate } from '../chain/prediction.ts';
import { FEATURES } from '../features/feature-columns.ts';
import { contributions } from '../gbdt/index.ts';
import { expectedLog } from '../lanes/standing.ts';
import type { OpenParcel } from '../sample/parcel.ts';
import { progressAt } from '../stage/progress.ts';
import { aheadOf } from './ahead.ts';
import { calibrationGroup } from './calibration-group.ts';
import { curveFor } from './forests.ts';
import type { Learned, Learner } from './learner.ts';

/** What the model says of one parcel, and why. */
export interface Foreseen {
  readonly candidate: ModelCandidate;
  /** The features as the trees saw them. */
  readonly row: Float64Array;
  /** What moved it most against other parcels, the strongest first. */
  readonly drivers: readonly Driver[];
}

export interface Driver {
  readonly feature: string;
  /** How much longer it takes because of it; below zero: shorter. */
  readonly days: number;
}

const DAY_MS = 86_400_000;
const DRIVERS_MAX = 3;
/** Less than this is not worth a word. */
const DRIVER_DAYS_MIN = 0.1;
const MEDIAN_NR = CURVE_SHARES.indexOf(0.5);

/**
 * When a parcel comes that was handed over and not delivered yet, as of `nowMs`: from what was known
 * at its hand-over, and from its newest stop where there is one and the model knows of stops.
 *
 * @param instantOf the instant at which the clocks of the destination show a time, given as if in UTC.
 */
export function foresee(
  learner: Learner,
  parcel: OpenParcel,
  nowMs: number,
  instantOf: (wallMs: number) => number,
): Foreseen {
  const learned = learner.learned();
  const { statistics, calibrator, book, forests } = learned;
  const standing = statistics.standing(parcel, nowMs);
  const row = book.encode({ parcel, standing });
  const curve = curveFor(forests, row, expectedLog(standing));
  const { instantMs: startMs, wallMs: handedOverWallMs } = parcel.handedOverAt;
  const group = calibrationGroup(parcel);
  const quantiles = calibrator.quantiles(curve, group, { nowMs, handedOverWallMs });
  const onTheWay = fromStop(learned, parcel, curve, { nowMs, instantOf });
  return {
    candidate: {
      source: 'model',
      ...(onTheWay ?? {
        quantiles: quantiles.map(({ share, days }) => ({
          share,
          atMs: Math.max(startMs, instantOf(handedOverWallMs + days * DAY_MS)),
        })),
        startMs,
      }),
      support: statistics.support(parcel),
      drift: calibrator.drift(group),
    },
    row,
    drivers: forests[MEDIAN_NR] === undefined ? [] : driversOf(forests[MEDIAN_NR], row, quantiles),
  };
}

/** Null: nothing was heard since the hand-over, or the model knows of no stops. */
function fromStop(
  learned: Learned,
  parcel: OpenParcel,
  curve: Curve,
  { nowMs, instantOf }: { readonly nowMs: number; readonly instantOf: (wallMs: number) => number },
): Pick<ModelCandidate, 'quantiles' | 'startMs'> | null {
  const { stage } = learned;
  const progress = stage.isGrown ? progressAt(parcel, nowMs) : null;
  if (progress === null) return null;
  const { ms: startMs, wallMs } = progress;
  const ahead = aheadOf(learned, parcel, { nowMs, wallMs }, curve);
  const quantiles = stage.quantiles(parcel, progress, ahead).map(({ share, days }) => ({
    share,
    atMs: Math.max(startMs, instantOf(wallMs + days * DAY_MS)),
  }));
  return { quantiles, startMs };
}

/** Contributions are shares of the time in transit: in days at the median of this parcel. */
function driversOf(
  forest: Parameters<typeof contributions>[0],
  row: Float64Array,
  quantiles: readonly { readonly share: number; readonly days: number }[],
): Driver[] {
  const usual = 1 + (quantiles.find(({ share }) => share === 0.5)?.days ?? 0);
  const all = [...contributions(forest, row)].map((part, nr) => ({
    feature: FEATURES[nr]?.name ?? '',
    days: Math.round(usual * (1 - Math.exp(-part)) * 10) / 10,
  }));
  return all
    .filter(({ days }) => Math.abs(days) >= DRIVER_DAYS_MIN)
    .sort((a, b) => Math.abs(b.days) - Math.abs(a.days))
    .slice(0, DRIVERS_MAX);
}
