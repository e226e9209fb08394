import type { Dates } from '../calibration/calibrator.ts';
import { type Pause, WITHOUT_REST } from '../gbdt/index.ts';
import { Learner, type TrackedParcel } from '../model/learner.ts';
import type { Moment, Parcel } from '../sample/parcel.ts';
import { momentsOf, type StageMoment } from '../stage/progress.ts';
import type { StageNote } from '../stage/stage.ts';
import { booksOf, retrainer, type Trees, useTrainedTrees } from './growth.ts';

export interface Predicted {
  readonly parcel: Parcel;
  readonly dates: Dates;
  /** The predicted days for each of `CURVE_SHARES`. */
  readonly days: readonly number[];
  /** The predictions made en route, if any. */
  readonly notes: readonly StageNote[];
}

interface BacktestOptions {
  /** From when on dates are predicted. */
  readonly fromMs: number;
  readonly seed: number;
  /** Absent: never pauses. */
  readonly pause?: Pause;
  /** Absent: retrained along the way. */
  readonly trees?: Trees;
}

/** Calibration needs predictions with results: it begins this long before the first that counts. */
const WARM_UP_DAYS = 45;
const DAY_MS = 86_400_000;

interface Event {
  readonly ms: number;
  readonly index: number;
  readonly deliveredAt: Moment | null;
  /** Null: it is an acceptance or a delivery. */
  readonly onTheWay: StageMoment | null;
}

/**
 * Replays parcels in order of time: predicts dates at each acceptance from what had been delivered
 * before that moment, and nothing else. Returns the learner at the end, which knows everything.
 */
export function backtest(
  parcels: readonly Parcel[],
  { fromMs, seed, pause = WITHOUT_REST, trees = 'growing' }: BacktestOptions,
): { readonly predicted: readonly Predicted[]; readonly learner: Learner } {
  const learner = new Learner(booksOf(trees));
  const tracked = new Map<number, TrackedParcel>();
  const predicted: Predicted[] = [];
  const warmFromMs = fromMs - WARM_UP_DAYS * DAY_MS;
  const retrain = retrainer(learner, { trees, fromMs, training: { seed, pause } });
  for (const { ms, index, deliveredAt, onTheWay } of eventsOf(parcels)) {
    pause();
    const parcel = parcels[index];
    if (parcel === undefined) continue;
    if (deliveredAt !== null) {
      const entry = tracked.get(index);
      if (entry !== undefined) learner.deliver(entry, deliveredAt);
      tracked.delete(index);
      continue;
    }
    if (onTheWay !== null) {
      const entry = tracked.get(index);
      if (entry !== undefined) learner.pass(entry, onTheWay);
      continue;
    }
    const isPredicted = ms >= warmFromMs;
    if (isPredicted) retrain(ms);
    const { deliveredAt: _, ...open } = parcel;
    const entry = learner.accept(open, isPredicted);
    tracked.set(index, entry);
    if (ms >= fromMs && entry.watched !== null) {
      const { dates, days } = entry.watched;
      predicted.push({ parcel, dates, days, notes: entry.notes });
    }
  }
  // Even if nothing was handed over since their training.
  if (typeof trees !== 'string') useTrainedTrees(learner, trees);
  return { predicted, learner };
}

/**
 * The events of all parcels in order of time; a delivery at the very moment of an acceptance comes
 * after it.
 */
function eventsOf(parcels: readonly Parcel[]): readonly Event[] {
  const events: Event[] = [];
  const { lastMs } = spanOf(parcels);
  const none = { deliveredAt: null, onTheWay: null };
  for (const [index, parcel] of parcels.entries()) {
    const { handedOverAt, deliveredAt } = parcel;
    events.push({ ...none, ms: handedOverAt.instantMs, index });
    if (deliveredAt !== null)
      events.push({ ...none, ms: deliveredAt.instantMs, index, deliveredAt });
    for (const onTheWay of momentsOf(parcel, lastMs)) {
      events.push({ ...none, ms: onTheWay.ms, index, onTheWay });
    }
  }
  const kind = ({ deliveredAt, onTheWay }: Event) =>
    deliveredAt !== null ? 2 : onTheWay !== null ? 1 : 0;
  return events.sort((a, b) => a.ms - b.ms || kind(a) - kind(b) || a.index - b.index);
}

/** The range of acceptances and the last event of all, epoch milliseconds. */
export interface Span {
  /** Infinite without parcels. */
  readonly firstMs: number;
  readonly lastAcceptanceMs: number;
  readonly lastMs: number;
}

export function spanOf(parcels: readonly Parcel[]): Span {
  let firstMs = Number.POSITIVE_INFINITY;
  let lastAcceptanceMs = Number.NEGATIVE_INFINITY;
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const { handedOverAt, deliveredAt } of parcels) {
    firstMs = Math.min(firstMs, handedOverAt.instantMs);
    lastAcceptanceMs = Math.max(lastAcceptanceMs, handedOverAt.instantMs);
    lastMs = Math.max(lastMs, lastAcceptanceMs, deliveredAt?.instantMs ?? lastMs);
  }
  return { firstMs, lastAcceptanceMs, lastMs };
}
