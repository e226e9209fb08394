import { CURVE_SHARES, type Curve } from '../calibration/curve.ts';
import type { ModelCandidate } from '../chain/prediction.ts';
import { FEATURES } from '../features/feature-columns.ts';
import { contributions, type Forest } from '../gbdt/index.ts';
import { expectedLog } from '../lanes/comparison.ts';
import type { OpenParcel } from '../sample/parcel.ts';
import { progressAt } from '../stage/progress.ts';
import { STAGE_FEATURES } from '../stage/stage-features.ts';
import { aheadOf, calibrationGroup, curveFor } from './forests.ts';
import type { Learned, Learner } from './learner.ts';

/** The model's prediction for one parcel, and why. */
export interface Forecasted {
  readonly candidate: ModelCandidate;
  /** The features as the trees saw them. */
  readonly row: Float64Array;
  /** What moved it most compared with other parcels, strongest first. */
  readonly drivers: readonly Driver[];
}

export interface Driver {
  readonly feature: string;
  /** How much longer it takes because of it; below zero: shorter. */
  readonly days: number;
}

const DAY_MS = 86_400_000;
const HOUR_DAYS = 1 / 24;
const DRIVERS_MAX = 3;
/** A smaller effect is not worth mentioning. */
const DRIVER_DAYS_MIN = 0.1;
const MEDIAN_NR = CURVE_SHARES.indexOf(0.5);

/**
 * When a parcel arrives that was handed over and not delivered yet, as of `nowMs`: from what was
 * known at its acceptance, and from its newest stop if it has one and the model uses stops.
 *
 * @param instantOf converts local time at the destination, given as if in UTC, to an instant.
 */
export function forecastParcel(
  learner: Learner,
  parcel: OpenParcel,
  nowMs: number,
  instantOf: (wallMs: number) => number,
): Forecasted {
  const learned = learner.learned();
  const { statistics, calibrator, book, forests } = learned;
  const standing = statistics.standing(parcel, nowMs);
  const row = book.encode({ parcel, standing });
  const curve = curveFor(forests, row, expectedLog(standing));
  const { instantMs: startMs, wallMs: handedOverWallMs } = parcel.handedOverAt;
  const group = calibrationGroup(parcel);
  const quantiles = calibrator.quantiles(curve, group, { nowMs, handedOverWallMs });
  const onTheWay = fromStop(learned, parcel, curve, { nowMs, instantOf });
  const atAcceptance = driversOf(forests[MEDIAN_NR], row, FEATURES, 1 + medianOf(quantiles));
  return {
    candidate: {
      source: 'model',
      ...(onTheWay?.candidate ?? {
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
    drivers: strongest([...atAcceptance, ...(onTheWay?.moved ?? [])]),
  };
}

/**
 * The prediction from the newest stop; null if there is no update since acceptance, or the model
 * does not use stops.
 */
function fromStop(
  learned: Learned,
  parcel: OpenParcel,
  curve: Curve,
  { nowMs, instantOf }: { readonly nowMs: number; readonly instantOf: (wallMs: number) => number },
): {
  readonly candidate: Pick<ModelCandidate, 'quantiles' | 'startMs' | 'missedInDays'>;
  readonly moved: readonly Driver[];
} | null {
  const { stage } = learned;
  const progress = stage.isGrown ? progressAt(parcel, nowMs) : null;
  if (progress === null) return null;
  const { ms: startMs, wallMs } = progress;
  const ahead = aheadOf(learned, parcel, { nowMs, wallMs }, curve);
  const left = stage.quantiles(parcel, progress, ahead);
  const quantiles = left.map(({ share, days }) => ({
    share,
    atMs: Math.max(startMs, instantOf(wallMs + days * DAY_MS)),
  }));
  const { row, forest } = stage.row(parcel, progress, ahead, MEDIAN_NR);
  // Times on the way are ln(days + an hour).
  const usual = HOUR_DAYS + medianOf(left);
  return {
    candidate: { quantiles, startMs, missedInDays: stage.missedInDays(progress) },
    moved: driversOf(forest, row, STAGE_FEATURES, usual),
  };
}

/**
 * What moved the prediction, in days. Contributions are shares of the remaining time: they are
 * converted at this parcel's median.
 */
function driversOf(
  forest: Forest | undefined,
  row: Float64Array,
  features: readonly { readonly name: string }[],
  usualDays: number,
): Driver[] {
  if (forest === undefined) return [];
  return [...contributions(forest, row)].map((part, index) => ({
    feature: features[index]?.name ?? '',
    days: usualDays * (1 - Math.exp(-part)),
  }));
}

/** The strongest drivers. A driver that both kinds of trees name counts once. */
function strongest(all: readonly Driver[]): Driver[] {
  const sums = new Map<string, number>();
  for (const { feature, days } of all) sums.set(feature, (sums.get(feature) ?? 0) + days);
  return [...sums]
    .map(([feature, days]) => ({ feature, days: Math.round(days * 10) / 10 }))
    .filter(({ days }) => Math.abs(days) >= DRIVER_DAYS_MIN)
    .sort((a, b) => Math.abs(b.days) - Math.abs(a.days))
    .slice(0, DRIVERS_MAX);
}

function medianOf(quantiles: readonly { readonly share: number; readonly days: number }[]): number {
  return quantiles.find(({ share }) => share === 0.5)?.days ?? 0;
}
