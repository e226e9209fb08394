import type { Model } from '../model/model-json.ts';
import { isCompleted, type Parcel } from '../sample/parcel.ts';
import { figuresOf } from './figures.ts';
import { figuresJson } from './figures-json.ts';
import { walk } from './walk.ts';

/** Dates of so many last days are given as if at the time, to calibrate and to know the figures. */
const LAST_WEEKS_DAYS = 56;
const DAY_MS = 86_400_000;

/** A model of all that is known by the last event of `parcels`. */
export function trainModel(parcels: readonly Parcel[], seed: number): Model {
  let firstMs = Infinity;
  let lastHandOverMs = Number.NEGATIVE_INFINITY;
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const { handedOverAt, deliveredAt } of parcels) {
    firstMs = Math.min(firstMs, handedOverAt.instantMs);
    lastHandOverMs = Math.max(lastHandOverMs, handedOverAt.instantMs);
    lastMs = Math.max(lastMs, lastHandOverMs, deliveredAt?.instantMs ?? lastMs);
  }
  // Counted from the last hand-over: one straggler may come months after it.
  const fromMs = lastHandOverMs - LAST_WEEKS_DAYS * DAY_MS;
  const { predicted, learner } = walk(parcels, { fromMs, seed });
  learner.learn(lastMs, seed);
  learner.settle(lastMs + DAY_MS);
  const { by_month: _, customer_date: __, ...lastWeeks } = figuresJson(figuresOf(predicted));
  return {
    learner,
    card: {
      parcels: parcels.filter(isCompleted).length,
      first_day: parcels.length === 0 ? null : dayText(firstMs),
      last_day: parcels.length === 0 ? null : dayText(lastMs),
      seed,
      last_weeks: lastWeeks,
    },
  };
}

function dayText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
