import { FEATURES } from '../features/feature-columns.ts';
import { importance, WITHOUT_REST } from '../gbdt/index.ts';
import type { Learner, ModelCard } from '../model/learner.ts';
import type { Model } from '../model/model-json.ts';
import { isCompleted, type Parcel } from '../sample/parcel.ts';
import { backtest, type Predicted, spanOf } from './backtest.ts';
import { figuresOf } from './figures.ts';
import { figuresJson } from './figures-json.ts';

/**
 * Predicts the dates of this many last days as of the time, to calibrate and to get the figures.
 */
const LAST_WEEKS_DAYS = 56;
const DAY_MS = 86_400_000;

/** Trains a model on everything known by the last event of `parcels`. */
export function trainModel(parcels: readonly Parcel[], seed: number): Model {
  const { lastAcceptanceMs, lastMs } = spanOf(parcels);
  // Counted from the last acceptance: one straggler may come months after it.
  const fromMs = lastAcceptanceMs - LAST_WEEKS_DAYS * DAY_MS;
  const { predicted, learner } = backtest(parcels, { fromMs, seed });
  learner.learn(lastMs, { seed, pause: WITHOUT_REST });
  learner.settle(lastMs + DAY_MS);
  return { learner, card: cardOf(parcels, { learner, predicted, treesAtMs: lastMs, seed }) };
}

/** Features named in a card; the others matter little. */
const FEATURES_NAMED_MAX = 12;

/**
 * Creates the card of a model: what it was trained on, and how accurate its dates were.
 *
 * @param predicted the dates of the last weeks, each predicted from what was known at its
 *   acceptance.
 */
export function cardOf(
  parcels: readonly Parcel[],
  made: {
    readonly learner: Learner;
    readonly predicted: readonly Predicted[];
    readonly treesAtMs: number;
    readonly seed: number;
  },
): ModelCard {
  const { firstMs, lastMs } = spanOf(parcels);
  const { by_month: _, customer_date: __, ...lastWeeks } = figuresJson(figuresOf(made.predicted));
  const dayOrNull = (ms: number) => (parcels.length === 0 ? null : timeText(ms).slice(0, 10));
  return {
    parcels: parcels.filter(isCompleted).length,
    first_day: dayOrNull(firstMs),
    last_day: dayOrNull(lastMs),
    seed: made.seed,
    trees_at: Number.isFinite(made.treesAtMs) ? timeText(made.treesAtMs) : null,
    features: topFeatures(made.learner),
    last_weeks: lastWeeks,
  };
}

function topFeatures(learner: Learner): ModelCard['features'] {
  return [...importance(learner.learned().forests)]
    .map((share, index) => ({
      name: FEATURES[index]?.name ?? '',
      share: Math.round(share * 1e3) / 1e3,
    }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share)
    .slice(0, FEATURES_NAMED_MAX);
}

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}
