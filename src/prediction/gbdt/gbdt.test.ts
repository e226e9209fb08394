import { expect, it } from 'vitest';
import {
  binDataset,
  contributions,
  forestFromJson,
  forestToJson,
  predict,
  predictAll,
  trainForest,
} from './index.ts';
import { syntheticParcels } from './test-synthetic.ts';

const SETTINGS = {
  ...{ quantile: 0.5, roundsMax: 40, leavesMax: 15, leafRowsMin: 20, learningRate: 0.1, l2: 1 },
  ...{ binsMax: 255, columnShare: 0.8, rowShare: 0.8, patience: 10, seed: 7 },
};
const { data, target } = syntheticParcels(2_000, 1);
const forest = trainForest(binDataset(data, 255), target, SETTINGS, syntheticParcels(500, 2));
const rowOf = (nr: number) => Float64Array.from(data.columns, ({ values }) => values[nr] ?? 0);

it('predicts a row alone as it does among others', () => {
  const all = predictAll(forest, data);
  for (let nr = 0; nr < 200; nr += 1) expect(predict(forest, rowOf(nr))).toBe(all[nr]);
});

it('says what each column did, and they add up', () => {
  for (let nr = 0; nr < 200; nr += 1) {
    const sum = contributions(forest, rowOf(nr)).reduce((all, each) => all + each, forest.base);
    expect(sum).toBeCloseTo(predict(forest, rowOf(nr)), 9);
  }
});

it('is the same forest after a journey as JSON', () => {
  expect(forestFromJson(JSON.parse(JSON.stringify(forestToJson(forest))))).toEqual(forest);
});
