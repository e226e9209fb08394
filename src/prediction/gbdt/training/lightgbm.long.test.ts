import { describe, expect, it } from 'vitest';
import { binDataset } from '../bins/bin-dataset.ts';
import { predictAll } from '../forest/predict.ts';
import { syntheticParcels } from '../test-synthetic.ts';
import { pinballLoss, selectQuantile } from './quantile.ts';
import { trainForest } from './train-forest.ts';

/**
 * LightGBM 4.7.0 on the same rows, written as CSV with all digits, 2026-11-20:
 *
 *   d = lgb.Dataset(X, y, categorical_feature=[3, 4, 5])      # seed 1; missing values are nan
 *   m = lgb.train(dict(objective='quantile', alpha=q, num_leaves=31, min_data_in_leaf=20,
 *     learning_rate=.2, lambda_l2=1, max_bin=255, feature_fraction=.8, bagging_fraction=.8,
 *     bagging_freq=1, seed=1, deterministic=True, num_threads=1), d, 400,
 *     valid_sets=[lgb.Dataset(H, h, reference=d)],             # seed 2
 *     callbacks=[lgb.early_stopping(15)])
 *   loss(t, m.predict(T), q), loss(t, np.quantile(y, q), q)    # seed 3
 */
const LIGHTGBM = [
  { quantile: 0.1, loss: 0.271893, constant: 0.451928 },
  { quantile: 0.5, loss: 0.649453, constant: 1.346676 },
  { quantile: 0.9, loss: 0.356518, constant: 0.69785 },
] as const;

const train = syntheticParcels(20_000, 1);
const held = syntheticParcels(5_000, 2);
const test = syntheticParcels(5_000, 3);
const binned = binDataset(train.data, 255);

describe.each(LIGHTGBM)('quantile $quantile', ({ quantile, loss, constant }) => {
  it('is compared on the rows that LightGBM had', () => {
    const guess = selectQuantile(train.target.slice(), train.data.rows, quantile);
    const guesses = new Float64Array(test.data.rows).fill(guess);
    expect(pinballLoss(test.target, guesses, quantile)).toBeCloseTo(constant, 6);
  });

  it('is predicted within 2 % of LightGBM’s loss, and holds its share', () => {
    const forest = trainForest(
      binned,
      train.target,
      {
        quantile,
        roundsMax: 400,
        leavesMax: 31,
        leafRowsMin: 20,
        learningRate: 0.2,
        l2: 1,
        binsMax: 255,
        columnShare: 0.8,
        rowShare: 0.8,
        patience: 15,
        seed: 1,
      },
      held,
    );
    const predicted = predictAll(forest, test.data);
    expect(pinballLoss(test.target, predicted, quantile)).toBeLessThan(1.02 * loss);
    const below = predicted.filter((value, row) => (test.target[row] ?? 0) <= value).length;
    expect(Math.abs(below / test.data.rows - quantile)).toBeLessThan(0.05);
  });
});
