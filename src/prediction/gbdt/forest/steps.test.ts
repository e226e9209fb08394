import { expect, it } from 'vitest';
import { below, type SeededRandom, seededRandom } from '../../../kernel/seeded-random.ts';
import { codePlaces } from '../bins/dataset.ts';
import { binOfNumber } from '../bins/edges.ts';
import { buildForest, type Forest, type PlainNode, type PlainTree } from './forest.ts';
import { predict, predictAll, RankFinder, stepsOf } from './predict.ts';

const COLUMNS = 5;
const ODD = [Number.NaN, -Infinity, Infinity, 0, -0, 1e308, -1e308, 5e-324];
const unit = (random: SeededRandom): number => random() / 2 ** 32;
const numbered = Array.from({ length: COLUMNS }, (_, index) => ({
  name: `c${index}`,
  kind: 'number' as const,
}));

/** A tree of any shape: it may be completely unbalanced. */
function randomTree(random: SeededRandom, leavesWanted: number): PlainTree {
  const nodes: PlainNode[] = [];
  const leaves: { value: number; rows: number }[] = [];
  const grow = (wanted: number): number => {
    if (wanted === 1) {
      leaves.push({ value: unit(random) - 0.5, rows: 1 });
      return -leaves.length;
    }
    const at = nodes.length;
    const tree = {
      column: below(random, COLUMNS),
      isMissingLeft: below(random, 2) === 0,
      threshold: below(random, 40) / 40,
      places: [],
    };
    nodes.push({ ...tree, left: -1, right: -1 });
    const leftLeaves = 1 + below(random, wanted - 1);
    const left = grow(leftLeaves);
    nodes[at] = { ...tree, left, right: grow(wanted - leftLeaves) };
    return at;
  };
  grow(leavesWanted);
  return { nodes, leaves };
}

function randomRows(random: SeededRandom, rows: number) {
  const value = () =>
    below(random, 10) === 0
      ? (ODD[below(random, ODD.length)] as number)
      : below(random, 3) === 0
        ? below(random, 40) / 40
        : unit(random) * 1.2 - 0.1;
  return {
    rows,
    columns: numbered.map((column) => ({
      ...column,
      values: Float64Array.from({ length: rows }, value),
    })),
  };
}

function oneByOne(forest: Forest, data: ReturnType<typeof randomRows>): Float64Array {
  return Float64Array.from({ length: data.rows }, (_, row) =>
    predict(
      forest,
      Float64Array.from(data.columns, ({ values }) => values[row] as number),
    ),
  );
}

it('many rows at once get exactly their individual results', () => {
  const random = seededRandom(7);
  for (const rows of [1, 63, 64, 65, 200]) {
    const trees = Array.from({ length: 12 }, (_, index) => randomTree(random, 2 + index * 3));
    const forest = buildForest(0.5, numbered, 0.25, trees);
    const data = randomRows(random, rows);
    expect(stepsOf(forest)).not.toBeNull();
    expect(predictAll(forest, data)).toEqual(oneByOne(forest, data));
  }
});

it('a forest without trees predicts its start for many rows, too', () => {
  const forest = buildForest(0.5, numbered, 0.25, []);
  expect(predictAll(forest, randomRows(seededRandom(1), 100))).toEqual(
    new Float64Array(100).fill(0.25),
  );
});

it('a forest with categories keeps its own path', () => {
  const codes = Float64Array.of(1, 2);
  const category = { name: 'c0', kind: 'category' as const, codes, places: codePlaces(codes) };
  const columns = [category, ...numbered.slice(1)];
  expect(stepsOf(buildForest(0.5, columns, 0, []))).toBeNull();
});

it('a rank is found where a binary search finds it', () => {
  const random = seededRandom(3);
  const lists: readonly (readonly number[])[] = [
    [],
    [0],
    [-0, 1],
    [-Number.MAX_VALUE, 0, Number.MAX_VALUE],
    [1, 1 + Number.EPSILON, 1 + 2 * Number.EPSILON, 1e9],
    [5e-324, 1e-323],
    Array.from({ length: 300 }, () => unit(random) ** 8),
    Array.from({ length: 300 }, () => Math.exp(40 * unit(random)) - 9),
  ];
  for (const list of lists) {
    const edges = Float64Array.from(list).sort();
    const finder = new RankFinder(edges);
    const near = [...edges].flatMap((edge) => [edge, edge * (1 + Number.EPSILON), edge - 1e-9]);
    for (const value of [...near, ...ODD.slice(1), ...near.map(() => unit(random) * 3 - 1)]) {
      expect([value, finder.rankOf(value)]).toEqual([value, binOfNumber(value, edges)]);
    }
  }
});
