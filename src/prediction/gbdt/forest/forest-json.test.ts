import { beforeAll, describe, expect, it } from 'vitest';
import { below, seededRandom } from '../../../kernel/seeded-random.ts';
import { binDataset } from '../bins/bin-dataset.ts';
import { syntheticParcels } from '../test-synthetic.ts';
import { trainForest } from '../training/train-forest.ts';
import { type Forest, ModelUnusable } from './forest.ts';
import { type ForestJson, forestFromJson, forestToJson } from './forest-json.ts';
import { predictAll } from './predict.ts';

const { data, target } = syntheticParcels(1_500, 1);
let forest: Forest;
let text: string;

beforeAll(() => {
  forest = trainForest(binDataset(data, 64), target, {
    quantile: 0.9,
    roundsMax: 12,
    leavesMax: 12,
    leafRowsMin: 20,
    learningRate: 0.2,
    l2: 1,
    binsMax: 64,
    columnShare: 1,
    rowShare: 0.9,
    patience: 5,
    seed: 3,
  });
  text = JSON.stringify(forestToJson(forest));
});

describe('a forest as JSON', () => {
  it('is the same forest when it is read back', () => {
    const back = forestFromJson(JSON.parse(text));
    expect(back).toEqual(forest);
    expect(predictAll(back, data)).toEqual(predictAll(forest, data));
    expect(JSON.stringify(forestToJson(back))).toBe(text);
  });

  it('may have no trees: a constant is a model, too', () => {
    const constant = { ...(JSON.parse(text) as ForestJson), trees: [] };
    expect(predictAll(forestFromJson(constant), data)[0]).toBe(forest.start);
  });
});

/** Modifications of a valid model, and what the error must say. */
const BROKEN: readonly [string, (model: ForestJson) => unknown, RegExp][] = [
  ['no model', () => null, /^forest: /],
  ['an array', () => [], /^forest: /],
  ['another format', (m) => ({ ...m, format: 'xgboost' }), /^forest\.format: /],
  ['a later version', (m) => ({ ...m, version: 2 }), /^forest\.version: /],
  ['a field nobody knows', (m) => ({ ...m, extra: 1 }), /extra/],
  ['a missing field', ({ start: _, ...m }) => m, /^forest\.start: /],
  ['a start that is NaN', (m) => ({ ...m, start: Number.NaN }), /^forest\.start: /],
  ['a quantile of one', (m) => ({ ...m, quantile: 1 }), /^forest\.quantile: /],
  [
    'a name twice',
    (m) => ({ ...m, columns: [...m.columns, m.columns[0]] }),
    /a name appears twice/,
  ],
  ['too few columns', (m) => ({ ...m, columns: [] }), /nodes\[0\]: column \d+ of 0 columns/],
  [
    'a leaf that is NaN',
    changeTree(({ leaves }) => set(leaves[3], 0, Number.NaN)),
    /leaves\[3\]\[0\]/,
  ],
  [
    'a leaf beyond all sense',
    changeTree(({ leaves }) => set(leaves[3], 0, 1e300)),
    /leaves\[3\]\[0\]/,
  ],
  ['a leaf without rows', changeTree(({ leaves }) => set(leaves[3], 1, 0)), /leaves\[3\]\[1\]/],
  ['a leaf too many', changeTree(({ leaves }) => leaves.push([1, 1])), /13 leaves for 11 nodes/],
  ['an infinite threshold', changeNode((node) => set(node, 4, Number.POSITIVE_INFINITY)), /\[4\]/],
  ['a child that is its own parent', changeNode((node) => set(node, 2, 0)), /child 0 is no later/],
  ['a child outside', changeNode((node) => set(node, 2, 11)), /child 11 is no later/],
  ['a leaf outside', changeNode((node) => set(node, 3, -13)), /child -13 is no later/],
  ['half a child', changeNode((node) => set(node, 3, 1.5)), /nodes\[0\]\[3\]/],
  ['a child of two', changeNode((node) => set(node, 3, node[2])), /has another parent/],
  ['a column outside', changeNode((node) => set(node, 0, 15)), /column 15 of 15 columns/],
  ['a test of the other kind', changeNode(otherKind), /which is a (number|category)/],
];

describe('a broken model is rejected with the reason:', () => {
  it.each(BROKEN)('%s', (_, change, message) => {
    const broken = change(JSON.parse(text) as ForestJson);
    expect(() => forestFromJson(broken)).toThrow(ModelUnusable);
    expect(() => forestFromJson(broken)).toThrow(message);
  });

  it('codes that are unknown, double or unsorted', () => {
    for (const codes of [[99], [1, 1], [2, 1]]) {
      const model = JSON.parse(text) as ForestJson;
      const node = model.trees
        .flatMap(({ nodes }) => nodes)
        .find(([column]) => model.columns[column]?.name === 'weekday');
      if (node === undefined) throw new Error('no tree asks for the weekday');
      node[4] = codes;
      expect(() => forestFromJson(model)).toThrow(/codes must ascend and be among the 7/);
    }
  });

  it('anything, however changed: rejected, or a forest that still answers', () => {
    const random = seededRandom(11);
    const few = syntheticParcels(20, 9).data;
    const odd = [null, Number.NaN, -1, 0, 1, 3, 1e9, 1e308, 0.5, '', [], {}, true, -1e-300];
    let refused = 0;
    for (let index = 0; index < 400; index += 1) {
      const model: unknown = JSON.parse(text);
      spoil(model, random, odd[below(random, odd.length)]);
      try {
        expect(predictAll(forestFromJson(model), few).every(Number.isFinite)).toBe(true);
      } catch (error) {
        // A model may have other columns than the data: that is detected when it is used.
        expect((error as Error).name).toMatch(/^(ModelUnusable|Untrainable)$/);
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(200);
  });
});

function changeTree(change: (tree: ForestJson['trees'][number]) => void) {
  return (model: ForestJson): ForestJson => {
    const [tree] = model.trees;
    if (tree !== undefined) change(tree);
    return model;
  };
}

function changeNode(change: (node: unknown[], model: ForestJson) => void) {
  return (model: ForestJson): ForestJson => {
    change(model.trees[0]?.nodes[0] ?? [], model);
    return model;
  };
}

function otherKind(node: unknown[]): void {
  node[4] = typeof node[4] === 'number' ? [0] : 1;
}

function set(list: unknown[] | undefined, index: number, value: unknown): void {
  if (list !== undefined) list[index] = value;
}

/** Puts a value somewhere into the model, at any depth. */
function spoil(model: unknown, random: () => number, value: unknown): void {
  let at = model as Record<string, unknown>;
  for (;;) {
    const keys = Object.keys(at);
    const key = keys[below(random, keys.length)] ?? 'new';
    const child = at[key];
    const isDeeper = typeof child === 'object' && child !== null && below(random, 5) > 0;
    if (!isDeeper) {
      at[key] = value;
      return;
    }
    at = child as Record<string, unknown>;
  }
}
