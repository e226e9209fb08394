import { plainLane } from '../lanes/groups.ts';
import { localDay } from '../sample/moment.ts';
import { isCompleted, type Parcel, transitDays } from '../sample/parcel.ts';
import { type PointFigures, pointFigures } from './figures.ts';

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
export function baselines(
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
    laneStatic: pointFigures(scored, (parcel) => dayBy(before, parcel)),
    laneRolling: pointFigures(scored, (parcel) => dayBy(rolling(parcel), parcel)),
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

function dayBy(medians: Medians, parcel: Parcel): number | null {
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
