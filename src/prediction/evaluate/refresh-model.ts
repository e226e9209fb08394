import { type Pause, WITHOUT_REST } from '../gbdt/index.ts';
import type { Model } from '../model/model-json.ts';
import type { Parcel } from '../sample/parcel.ts';
import { backtest, spanOf } from './backtest.ts';
import { treesOf } from './duel.ts';
import { cardOf } from './train-model.ts';

/** The card's figures cover these days, predicted as of the time. */
const LAST_WEEKS_DAYS = 28;
const DAY_MS = 86_400_000;

/**
 * Returns the model with the same trees, but with statistics and calibration replayed to the last
 * event, so that windows follow each day's results. The card's figures then cover the latest weeks.
 */
export function refreshModel(
  parcels: readonly Parcel[],
  model: Model,
  seed: number,
  pause: Pause = WITHOUT_REST,
): Model {
  const { lastAcceptanceMs, lastMs } = spanOf(parcels);
  const trees = treesOf(model);
  const fromMs = lastAcceptanceMs - LAST_WEEKS_DAYS * DAY_MS;
  const { predicted, learner } = backtest(parcels, { fromMs, seed, pause, trees });
  learner.settle(lastMs + DAY_MS);
  const made = { learner, predicted, treesAtMs: trees.treesTrainedAtMs, seed: model.card.seed };
  return { learner, card: cardOf(parcels, made) };
}
