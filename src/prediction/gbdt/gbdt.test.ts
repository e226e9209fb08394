import { describe, expect, it } from 'vitest';
import {
  binDataset,
  type Column,
  contributions,
  type Dataset,
  forestFromJson,
  forestToJson,
  pinballLoss,
  predict,
  predictAll,
  trainForest,
  Untrainable,
} from './index.ts';
import { syntheticParcels } from './test-synthetic.ts';

const SETTINGS = {
  quantile: 0.5,
  roundsMax: 25,
  leavesMax: 15,
  leafRowsMin: 20,
  learningRate: 0.1,
  l2: 1,
  binsMax: 255,
  columnShare: 0.8,
  rowShare: 0.8,
  patience: 10,
  seed: 7,
};
const ALL = { ...SETTINGS, columnShare: 1, rowShare: 1 };
const { data, target } = syntheticParcels(1_000, 1);
const held = syntheticParcels(300, 2);
const binned = binDataset(data, 255);
const forest = trainForest(binned, target, SETTINGS, held);
const rowOf = (index: number, of: Dataset = data) =>
  Float64Array.from(of.columns, ({ values }) => values[index] ?? Number.NaN);
const bytes = (settings: typeof SETTINGS, to = target) =>
  JSON.stringify(forestToJson(trainForest(binned, to, settings, held)));

describe('a forest', () => {
  it('predicts a row alone as it does among others', () => {
    const all = predictAll(forest, data);
    for (let index = 0; index < 300; index += 1)
      expect(predict(forest, rowOf(index))).toBe(all[index]);
  });

  it('attributes its prediction to columns, and the contributions add up', () => {
    for (let index = 0; index < 300; index += 1) {
      const sum = contributions(forest, rowOf(index)).reduce(
        (all, each) => all + each,
        forest.base,
      );
      expect(sum).toBeCloseTo(predict(forest, rowOf(index)), 9);
    }
  });

  it('has the mean of its training predictions as its base', () => {
    const whole = trainForest(binned, target, ALL);
    const mean = predictAll(whole, data).reduce((sum, each) => sum + each, 0) / data.rows;
    expect(whole.base).toBeCloseTo(mean, 9);
  });

  it('attributes nothing to uninformative columns', () => {
    const index = data.columns.findIndex(({ name }) => name === 'constant');
    for (let row = 0; row < 100; row += 1) expect(contributions(forest, rowOf(row))[index]).toBe(0);
  });

  it('is the same for the same seed, to the byte, and another for another', () => {
    expect(bytes(SETTINGS)).toBe(bytes(SETTINGS));
    expect(bytes({ ...SETTINGS, seed: 8 })).not.toBe(bytes(SETTINGS));
  });

  it('ends at the tree that was best on the held rows', () => {
    const quick = { ...SETTINGS, learningRate: 0.4, roundsMax: 60 };
    const trees = trainForest(binned, target, quick, held).roots.length;
    const all = forestToJson(trainForest(binned, target, quick));
    const losses = Array.from({ length: all.trees.length + 1 }, (_, trees) => {
      const cut = forestFromJson({ ...all, trees: all.trees.slice(0, trees) });
      return pinballLoss(held.target, predictAll(cut, held.data), 0.5);
    });
    const considered = losses.slice(0, trees + SETTINGS.patience + 1);
    expect(trees).toBeGreaterThan(0);
    expect(trees).toBeLessThan(all.trees.length);
    expect(considered.indexOf(Math.min(...considered))).toBe(trees);
  });

  it('treats no unknown code as a known one, and infinities as large numbers', () => {
    const lane = data.columns.findIndex(({ name }) => name === 'lane');
    const distance = data.columns.findIndex(({ name }) => name === 'distance_km');
    const missing = rowOf(0);
    missing[lane] = Number.NaN;
    for (const odd of [-1, 0.5, 1e6, 1e300, 120, Number.POSITIVE_INFINITY]) {
      const row = rowOf(0);
      row[lane] = odd;
      expect(predict(forest, row)).toBe(predict(forest, missing));
    }
    const [far, farther] = [rowOf(0), rowOf(0)];
    far[distance] = 1e300;
    farther[distance] = Number.POSITIVE_INFINITY;
    expect(predict(forest, farther)).toBe(predict(forest, far));
  });

  it('treats the rest of a short row as missing', () => {
    expect(predict(forest, new Float64Array(0))).toBe(
      predict(forest, new Float64Array(data.columns.length).fill(Number.NaN)),
    );
  });

  it('rejects rows with other columns', () => {
    const renamed = { ...data, columns: data.columns.toReversed() };
    expect(() => predictAll(forest, renamed)).toThrow(Untrainable);
  });
});

describe('training', () => {
  it('follows the scale and offset of its targets', () => {
    const plain = predictAll(trainForest(binned, target, SETTINGS), data);
    const scaled = trainForest(
      binned,
      target.map((value) => 1_024 * value),
      SETTINGS,
    );
    expect([...predictAll(scaled, data)]).toEqual([...plain.map((value) => 1_024 * value)]);
    const moved = trainForest(
      binned,
      target.map((value) => value + 1_000),
      SETTINGS,
    );
    const back = predictAll(moved, data).map((value) => value - 1_000);
    const off = plain.map((value, row) => Math.abs(value - (back[row] ?? 0)));
    expect(off.reduce((sum, each) => sum + each, 0) / data.rows).toBeLessThan(0.01);
  });

  it('depends on the order of a number’s values, not on their distances', () => {
    const stretched = {
      ...data,
      columns: data.columns.map((column) =>
        column.kind === 'number' ? { ...column, values: column.values.map((v) => v ** 3) } : column,
      ),
    };
    const other = trainForest(binDataset(stretched, 255), target, SETTINGS);
    const plain = trainForest(binned, target, SETTINGS);
    expect([...predictAll(other, stretched)]).toEqual([...predictAll(plain, data)]);
  });

  it('does not depend on the order of rows when it uses all of them', () => {
    const order = Array.from({ length: data.rows }, (_, index) => (index * 7) % data.rows).filter(
      (row, index, all) => all.indexOf(row) === index,
    );
    const pick = (values: Float64Array) => Float64Array.from(order, (row) => values[row] ?? 0);
    expect(order.length).toBe(data.rows);
    const permuted = {
      rows: data.rows,
      columns: data.columns.map((column) => ({ ...column, values: pick(column.values) })),
    };
    const other = trainForest(binDataset(permuted, 255), pick(target), ALL);
    expect(forestToJson(other)).toEqual(forestToJson(trainForest(binned, target, ALL)));
  });

  it('predicts a constant target, whatever the features do', () => {
    const constant = trainForest(binned, new Float64Array(data.rows).fill(4.2), SETTINGS);
    expect(constant.roots.length).toBe(0);
    expect(new Set(predictAll(constant, data))).toEqual(new Set([4.2]));
  });

  it('learns from one row what one row can show', () => {
    const one = tableOf([['a', 'number', [3]]]);
    const learned = trainForest(binDataset(one, 255), Float64Array.of(7), SETTINGS, {
      data: one,
      target: Float64Array.of(7),
    });
    expect(predict(learned, Float64Array.of(100))).toBe(7);
  });

  it('ignores columns that are missing, constant or have one code', () => {
    const rows = 400;
    const table = tableOf([
      ['missing', 'number', Array(rows).fill(Number.NaN)],
      ['never', 'category', Array(rows).fill(Number.NaN)],
      ['one', 'category', Array(rows).fill(3)],
      ['same', 'number', Array(rows).fill(1e308)],
    ]);
    const noise = Float64Array.from({ length: rows }, (_, row) => (row * 37) % 101);
    const learned = trainForest(binDataset(table, 255), noise, SETTINGS);
    expect(learned.roots.length).toBe(0);
  });

  it('learns which way a missing number goes', () => {
    const rows = 600;
    const from = (row: number) => (row % 3 === 0 ? Number.NaN : row % 3);
    const table = tableOf([['a', 'number', Array.from({ length: rows }, (_, row) => from(row))]]);
    // Those without a value behave like those with a two.
    const days = Float64Array.from({ length: rows }, (_, row) => (row % 3 === 1 ? 1 : 9));
    const learned = trainForest(binDataset(table, 255), days, { ...ALL, roundsMax: 100 });
    expect(predict(learned, Float64Array.of(1))).toBeCloseTo(1, 3);
    expect(predict(learned, Float64Array.of(2))).toBeCloseTo(9, 3);
    expect(predict(learned, Float64Array.of(Number.NaN))).toBeCloseTo(9, 3);
  });

  it('distinguishes a missing code from all others', () => {
    const rows = 600;
    const from = (row: number) => (row % 3 === 0 ? Number.NaN : row % 3);
    const table = tableOf([['a', 'category', Array.from({ length: rows }, (_, row) => from(row))]]);
    const days = Float64Array.from({ length: rows }, (_, row) => (row % 3 === 0 ? 9 : 1));
    const learned = trainForest(binDataset(table, 255), days, { ...ALL, roundsMax: 100 });
    expect(predict(learned, Float64Array.of(1))).toBeCloseTo(1, 3);
    expect(predict(learned, Float64Array.of(Number.NaN))).toBeCloseTo(9, 3);
    expect(predict(learned, Float64Array.of(77))).toBeCloseTo(9, 3);
  });

  it('keeps more codes than bins, the frequent ones by name', () => {
    const rows = 3_000;
    const codes = Array.from({ length: rows }, (_, row) => (row % 2 === 0 ? 5 : 10 + (row % 900)));
    const days = Float64Array.from(codes, (code) => (code === 5 ? 1 : 9));
    const table = tableOf([['lane', 'category', codes]]);
    const learned = trainForest(binDataset(table, 16), days, { ...ALL, roundsMax: 100 });
    expect(predict(learned, Float64Array.of(5))).toBeCloseTo(1, 3);
    expect(predict(learned, Float64Array.of(11))).toBeCloseTo(9, 3);
  });

  it('stays finite with huge values', () => {
    const table = tableOf([
      ['a', 'number', Array.from({ length: 500 }, (_, row) => (row % 2 ? 1 : -1) * 1e308)],
      ['b', 'number', Array.from({ length: 500 }, (_, row) => (row % 5 ? row : Infinity))],
    ]);
    const days = Float64Array.from({ length: 500 }, (_, row) => (row % 2 ? 1 : -1) * 1e100);
    const learned = trainForest(binDataset(table, 255), days, ALL);
    expect([...predictAll(learned, table)].every(Number.isFinite)).toBe(true);
    expect(predict(learned, Float64Array.of(1e308, 3))).toBeGreaterThan(9e99);
  });

  it('has no leaf with fewer rows than it may', () => {
    expect(Math.min(...trainForest(binned, target, ALL).leafRows)).toBeGreaterThanOrEqual(20);
  });

  it.each([
    ['NaN', Number.NaN, /target of row 17 is NaN/],
    ['an infinite target', Number.POSITIVE_INFINITY, /target of row 17 is Infinity/],
    ['one beyond all sense', 1e101, /target of row 17 is 1e\+101/],
  ])('rejects %s, and says where it is', (_, odd, message) => {
    const broken = target.slice();
    broken[17] = odd;
    expect(() => trainForest(binned, broken, SETTINGS)).toThrow(Untrainable);
    expect(() => trainForest(binned, broken, SETTINGS)).toThrow(message);
    const badHeld = { data, target: broken };
    expect(() => trainForest(binned, target, SETTINGS, badHeld)).toThrow(/held target of row 17/);
  });

  it('rejects settings out of range, invalid tables and no rows', () => {
    for (const odd of [
      { quantile: 0 },
      { quantile: Number.NaN },
      { leavesMax: 1 },
      { learningRate: 0 },
      { rowShare: 1.1 },
      { seed: 0.5 },
      { roundsMax: Number.POSITIVE_INFINITY },
    ])
      expect(() => trainForest(binned, target, { ...SETTINGS, ...odd })).toThrow(
        new RegExp(`^${Object.keys(odd)[0]} is`),
      );
    expect(() => binDataset(data, 256)).toThrow(/binsMax is 256/);
    expect(() => binDataset({ ...data, rows: 3 }, 255)).toThrow(/1000 values for 3 rows/);
    const twice = tableOf([
      ['a', 'number', [1]],
      ['a', 'number', [1]],
    ]);
    expect(() => binDataset(twice, 255)).toThrow(/two columns are named "a"/);
    const none = binDataset(tableOf([['a', 'number', []]]), 255);
    expect(() => trainForest(none, new Float64Array(0), SETTINGS)).toThrow(/no rows/);
    expect(() => trainForest(binned, target.subarray(1), SETTINGS)).toThrow(/999 values/);
  });
});

function tableOf(columns: readonly [string, Column['kind'], number[]][]): Dataset {
  return {
    rows: columns[0]?.[2].length ?? 0,
    columns: columns.map(([name, kind, values]) => ({
      name,
      kind,
      values: Float64Array.from(values),
    })),
  };
}
