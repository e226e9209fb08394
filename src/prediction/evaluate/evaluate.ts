import { plainLane, Tally } from '../lanes/groups.ts';
import { isCompleted, localDay, type Parcel, transitDays } from '../sample/parcel.ts';
import { backtest, type Predicted } from './backtest.ts';
import { type Figures, figuresOf, type PointFigures, pointFigures } from './figures.ts';

export interface Evaluation {
  readonly figures: Figures;
  readonly baselines: Baselines;
  readonly predicted: readonly Predicted[];
}

/**
 * Predicts every parcel of `test` at its acceptance, from what was known then of `train` and of
 * `test` itself, and compares the results with simple baselines.
 */
export function evaluate(
  train: readonly Parcel[],
  test: readonly Parcel[],
  seed: number,
): Evaluation {
  const scored = new Set(test.filter(isCompleted));
  const tested = new Set(test.map(({ id }) => id).filter((id) => id !== ''));
  // A parcel in both files counts once, as in the later file.
  const all = [...train.filter(({ id }) => !tested.has(id)), ...test];
  const fromMs = test.reduce(
    (ms, { handedOverAt }) => Math.min(ms, handedOverAt.instantMs),
    Infinity,
  );
  const predicted = backtest(all, { fromMs, seed }).predicted.filter(
    ({ parcel }) => isCompleted(parcel) && scored.has(parcel),
  );
  return {
    figures: figuresOf(predicted),
    baselines: baselines([...scored], train, all),
    predicted,
  };
}

/**
 * Thins out a flooded lane to two thirds of all other lanes: trees, calibration and shift weight
 * learn from all parcels alike, and would memorize that lane. Parcel ids decide which are left
 * out, so that the same parcels always give the same result.
 */
export function thinFloods(parcels: readonly Parcel[]): readonly Parcel[] {
  const lanes = new Tally();
  for (const parcel of parcels) lanes.add(plainLane(parcel));
  return parcels.filter((parcel) => {
    const weight = lanes.weight(plainLane(parcel));
    return weight === 1 || uniformHash(parcel.id) < weight;
  });
}

/**
 * A number from 0 to 1, uniformly distributed for any ids: FNV-1a, with a final mixing of its bits.
 */
function uniformHash(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

export interface Baselines {
  /** The promised date; only for parcels that have one. */
  readonly promise: PointFigures;
  /** The lane's median, learned once. */
  readonly laneStatic: PointFigures;
  /** The lane's median over the last 60 days, updated each week. */
  readonly laneRolling: PointFigures;
}

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
const ROLLING_MS = 60 * DAY_MS;

/**
 * Simple predictors on the same parcels, which a model must beat. `history` is the data of the
 * static median, `all` that of the rolling one, as far as delivered by then.
 */
function baselines(
  scored: readonly Parcel[],
  history: readonly Parcel[],
  all: readonly Parcel[],
): Baselines {
  const fromMs = scored.reduce(
    (ms, { handedOverAt }) => Math.min(ms, handedOverAt.instantMs),
    Infinity,
  );
  const before = mediansOf(history, Number.NEGATIVE_INFINITY, fromMs);
  const weeks = new Map<number, Medians>();
  const rolling = (parcel: Parcel): Medians => {
    const week = Math.floor(parcel.handedOverAt.instantMs / WEEK_MS);
    const known = weeks.get(week) ?? mediansOf(all, week * WEEK_MS - ROLLING_MS, week * WEEK_MS);
    weeks.set(week, known);
    return known;
  };
  return {
    promise: pointFigures(scored, ({ promisedDay }) => promisedDay),
    laneStatic: pointFigures(scored, (parcel) => dayByMedian(before, parcel)),
    laneRolling: pointFigures(scored, (parcel) => dayByMedian(rolling(parcel), parcel)),
  };
}

interface Medians {
  readonly lanes: ReadonlyMap<string, number>;
  /** Null when nothing was delivered. */
  readonly all: number | null;
}

/** Medians over parcels delivered from the first time until before the second. */
function mediansOf(parcels: readonly Parcel[], fromMs: number, toMs: number): Medians {
  const lanes = new Map<string, number[]>();
  const all: number[] = [];
  for (const parcel of parcels) {
    if (!isCompleted(parcel)) continue;
    const { instantMs } = parcel.deliveredAt;
    if (instantMs < fromMs || instantMs >= toMs) continue;
    const days = transitDays(parcel);
    const lane = plainLane(parcel);
    const ofLane = lanes.get(lane) ?? [];
    ofLane.push(days);
    lanes.set(lane, ofLane);
    all.push(days);
  }
  return {
    lanes: new Map([...lanes].map(([lane, days]) => [lane, median(days)])),
    all: all.length === 0 ? null : median(all),
  };
}

function dayByMedian(medians: Medians, parcel: Parcel): number | null {
  const days = medians.lanes.get(plainLane(parcel)) ?? medians.all;
  if (days === null) return null;
  return localDay(parcel.handedOverAt.wallMs + days * DAY_MS);
}

function median(days: readonly number[]): number {
  const sorted = [...days].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? 0;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? 0) + upper) / 2 : upper;
}
