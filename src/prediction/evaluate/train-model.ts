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
  const firstMs = parcels.reduce(
    (ms, { handedOverAt }) => Math.min(ms, handedOverAt.instantMs),
    Infinity,
  );
  const lastMs = parcels.reduce(
    (ms, { handedOverAt, deliveredAt }) =>
      Math.max(ms, handedOverAt.instantMs, deliveredAt?.instantMs ?? 0),
    0,
  );
  const { predicted, learner } = walk(parcels, { fromMs: lastMs - LAST_WEEKS_DAYS * DAY_MS, seed });
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
