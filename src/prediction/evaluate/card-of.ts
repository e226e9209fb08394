import { FEATURES } from '../features/feature-columns.ts';
import { importance } from '../gbdt/index.ts';
import type { Learner } from '../model/learner.ts';
import type { ModelCard } from '../model/model-card.ts';
import { isCompleted, type Parcel } from '../sample/parcel.ts';
import type { Predicted } from './backtest.ts';
import { figuresOf } from './figures.ts';
import { figuresJson } from './figures-json.ts';
import { spanOf } from './span.ts';

/** Features named in a card; the others matter little. */
const FEATURES_NAMED_MAX = 12;

/**
 * Makes the card of a model: what it was trained on, and how accurate its dates were.
 *
 * @param predicted the dates of the last weeks, each predicted from what was known at its
 *   hand-over.
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
    .map((share, nr) => ({ name: FEATURES[nr]?.name ?? '', share: Math.round(share * 1e3) / 1e3 }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share)
    .slice(0, FEATURES_NAMED_MAX);
}

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}
