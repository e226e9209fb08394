import { isCompleted, type Parcel } from '../sample/parcel.ts';
import { backtest, type Predicted } from './backtest.ts';
import { type Baselines, baselines } from './baselines.ts';
import { type Figures, figuresOf } from './figures.ts';

export interface Evaluation {
  readonly figures: Figures;
  readonly baselines: Baselines;
  readonly predicted: readonly Predicted[];
}

/**
 * Predicts every parcel of `test` at its hand-over, from what was known then of `train` and of
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
