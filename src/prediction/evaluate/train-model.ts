import { WITHOUT_REST } from '../gbdt/index.ts';
import type { Model } from '../model/model-json.ts';
import type { Parcel } from '../sample/parcel.ts';
import { backtest } from './backtest.ts';
import { cardOf } from './card-of.ts';
import { spanOf } from './span.ts';

/**
 * Predicts the dates of this many last days as of the time, to calibrate and to get the figures.
 */
const LAST_WEEKS_DAYS = 56;
const DAY_MS = 86_400_000;

/** Trains a model on everything known by the last event of `parcels`. */
export function trainModel(parcels: readonly Parcel[], seed: number): Model {
  const { lastHandOverMs, lastMs } = spanOf(parcels);
  // Counted from the last hand-over: one straggler may come months after it.
  const fromMs = lastHandOverMs - LAST_WEEKS_DAYS * DAY_MS;
  const { predicted, learner } = backtest(parcels, { fromMs, seed });
  learner.learn(lastMs, { seed, pause: WITHOUT_REST });
  learner.settle(lastMs + DAY_MS);
  return { learner, card: cardOf(parcels, { learner, predicted, treesAtMs: lastMs, seed }) };
}
