import { checkColumns } from '../bins/bin-dataset.ts';
import { checkDataset, type Dataset } from '../bins/dataset.ts';
import {
  childOf,
  type Forest,
  type ForestColumn,
  HIGHEST,
  LOWEST,
  NODE_SIZE,
  type Ranks,
  rankInto,
  ranksOf,
} from './forest.ts';

/** Rows that go through a tree together: their ranks and sums stay in the nearest cache. */
const BLOCK_ROWS = 64;

/**
 * The forest's prediction for a row: a value for each column as in training, NaN for missing. An
 * unknown code counts as missing.
 */
export function predict(forest: Forest, row: Float64Array): number {
  const ranks = ranksOf(forest, row);
  const { roots, leafValue } = forest;
  let sum = forest.start;
  for (let tree = 0; tree < roots.length; tree += 1) {
    sum += leafValue[leafOf(forest, roots[tree] as number, ranks, 0)] as number;
  }
  return sum;
}

/**
 * Predicts many rows at once. Blocks of rows go through one tree after the other, so that a tree
 * stays in a cache.
 */
export function predictAll(forest: Forest, data: Dataset): Float64Array {
  checkDataset(data);
  checkColumns(forest.columns, data);
  const predicted = new Float64Array(data.rows).fill(forest.start);
  const steps = data.rows < BLOCK_ROWS ? null : stepsOf(forest);
  const ranks = new Int32Array(BLOCK_ROWS * (2 * forest.columns.length + 1));
  for (let from = 0; from < data.rows; from += BLOCK_ROWS) {
    const block = predicted.subarray(from, from + BLOCK_ROWS);
    if (steps !== null && block.length === BLOCK_ROWS) {
      findRanks(steps, data, from, ranks);
      for (const root of steps.roots) addTreeToBlock(steps, root, ranks, block);
      continue;
    }
    rankRows(forest, data, from, block.length, ranks);
    for (const root of forest.roots) addTree(forest, root, ranks, block);
  }
  return predicted;
}

/**
 * Finds the ranks of a whole block, as `rankInto` does, followed by the lowest rank for each row.
 */
function findRanks({ finders, width }: Steps, data: Dataset, from: number, ranks: Ranks): void {
  for (let index = 0; index < finders.length; index += 1) {
    const finder = finders[index] as RankFinder;
    const values = data.columns[index]?.values ?? new Float64Array(0);
    let at = 2 * index;
    for (let row = from; row < from + BLOCK_ROWS; row += 1) {
      const value = values[row] as number;
      const isMissing = Number.isNaN(value);
      const rank = isMissing ? LOWEST : finder.rankOf(value);
      ranks[at] = rank;
      ranks[at + 1] = isMissing ? HIGHEST : rank;
      at += width;
    }
  }
  for (let at = width - 1; at < BLOCK_ROWS * width; at += width) ranks[at] = LOWEST;
}

/**
 * Adds a tree's values to the sums of a whole block, with four rows in parallel until all four are
 * at a leaf.
 */
function addTreeToBlock(
  { steps, values, width }: Steps,
  root: number,
  ranks: Ranks,
  sums: Float64Array,
): void {
  for (let row = 0; row < BLOCK_ROWS; row += 4) {
    const offsetA = row * width;
    const offsetB = offsetA + width;
    const offsetC = offsetB + width;
    const offsetD = offsetC + width;
    let a = root;
    let b = root;
    let c = root;
    let d = root;
    for (;;) {
      const testA = steps[a] as number;
      const testB = steps[b] as number;
      const testC = steps[c] as number;
      const testD = steps[d] as number;
      if ((testA & testB & testC & testD) < 0) break;
      const rankA = ranks[offsetA + ((testA >>> COMPARAND_BITS) & SLOT_MASK)] as number;
      const rankB = ranks[offsetB + ((testB >>> COMPARAND_BITS) & SLOT_MASK)] as number;
      const rankC = ranks[offsetC + ((testC >>> COMPARAND_BITS) & SLOT_MASK)] as number;
      const rankD = ranks[offsetD + ((testD >>> COMPARAND_BITS) & SLOT_MASK)] as number;
      // The lowest bit means "right"; children are two apart.
      a = (steps[a + 1] as number) + ((((testA & COMPARAND_MASK) - rankA) >>> 31) << 1);
      b = (steps[b + 1] as number) + ((((testB & COMPARAND_MASK) - rankB) >>> 31) << 1);
      c = (steps[c + 1] as number) + ((((testC & COMPARAND_MASK) - rankC) >>> 31) << 1);
      d = (steps[d + 1] as number) + ((((testD & COMPARAND_MASK) - rankD) >>> 31) << 1);
    }
    sums[row] = (sums[row] as number) + (values[a >>> 1] as number);
    sums[row + 1] = (sums[row + 1] as number) + (values[b >>> 1] as number);
    sums[row + 2] = (sums[row + 2] as number) + (values[c >>> 1] as number);
    sums[row + 3] = (sums[row + 3] as number) + (values[d >>> 1] as number);
  }
}

/** Writes the ranks of `count` rows from row `from` on. */
function rankRows(
  { columns }: Forest,
  data: Dataset,
  from: number,
  count: number,
  ranks: Ranks,
): void {
  for (let index = 0; index < columns.length; index += 1) {
    const column = columns[index] as ForestColumn;
    const values = data.columns[index]?.values ?? new Float64Array(0);
    for (let row = 0; row < count; row += 1) {
      rankInto(ranks, 2 * (row * columns.length + index), values[from + row] as number, column);
    }
  }
}

/**
 * Adds a tree's values to the sums, with four rows in parallel: while one waits for its next node,
 * the others proceed.
 */
function addTree(forest: Forest, root: number, ranks: Ranks, sums: Float64Array): void {
  const { leafValue, columns } = forest;
  const width = 2 * columns.length;
  let row = 0;
  for (; row + 3 < sums.length; row += 4) {
    const start = row * width;
    let a = root;
    let b = root;
    let c = root;
    let d = root;
    while ((a & b & c & d) >= 0) {
      if (a >= 0) a = childOf(forest, a, ranks, start);
      if (b >= 0) b = childOf(forest, b, ranks, start + width);
      if (c >= 0) c = childOf(forest, c, ranks, start + 2 * width);
      if (d >= 0) d = childOf(forest, d, ranks, start + 3 * width);
    }
    sums[row] = (sums[row] as number) + (leafValue[~a] as number);
    sums[row + 1] = (sums[row + 1] as number) + (leafValue[~b] as number);
    sums[row + 2] = (sums[row + 2] as number) + (leafValue[~c] as number);
    sums[row + 3] = (sums[row + 3] as number) + (leafValue[~d] as number);
  }
  for (; row < sums.length; row += 1) {
    const leaf = leafOf(forest, root, ranks, row * width);
    sums[row] = (sums[row] as number) + (leafValue[leaf] as number);
  }
}

/** Follows a row from a tree's root down to its leaf. */
function leafOf(forest: Forest, root: number, ranks: Ranks, start: number): number {
  let at = root;
  while (at >= 0) at = childOf(forest, at, ranks, start);
  return ~at;
}

/**
 * A forest laid out for many rows at once. Two numbers for each node and leaf: its test (which of
 * a row's ranks, and the comparand), and the index of its left child, which the right child
 * follows. A leaf's test always goes left, and its left child is itself: so rows pass through a
 * tree in parallel, and those at a leaf stay there without a branch.
 */
interface Steps {
  readonly steps: Int32Array;
  /** A leaf's value, by half its index in `steps`; zero for nodes. */
  readonly values: Float64Array;
  readonly roots: Int32Array;
  readonly finders: readonly RankFinder[];
  /** The number of ranks of a row: two for each column, and the one that is always lower. */
  readonly width: number;
}

/**
 * The number of lower bits of a node's test that are the comparand; the next bits are the rank it
 * reads.
 */
const COMPARAND_BITS = 16;
const COMPARAND_MASK = 2 ** COMPARAND_BITS - 1;
const SLOT_MASK = 2 ** 15 - 1;
/** The bit that makes a leaf negative. */
const LEAF = 1 << 31;
const STEP_SIZE = 2;

const layouts = new WeakMap<Forest, Steps | null>();

/**
 * Lays out a forest; null if it has categories, or more thresholds than this form can represent.
 */
export function stepsOf(forest: Forest): Steps | null {
  let steps = layouts.get(forest);
  if (steps === undefined) {
    steps = layOut(forest);
    layouts.set(forest, steps);
  }
  return steps;
}

/** Lays out each tree by levels; null as in `stepsOf`. */
function layOut({ columns, nodes, roots, leafValue }: Forest): Steps | null {
  const finders: RankFinder[] = [];
  for (const column of columns) {
    if (column.kind !== 'number' || column.edges.length > COMPARAND_MASK) return null;
    finders.push(new RankFinder(column.edges));
  }
  const lowest = 2 * columns.length;
  if (lowest > SLOT_MASK) return null;
  const count = nodes.length / NODE_SIZE + leafValue.length;
  const steps = new Int32Array(STEP_SIZE * count);
  const values = new Float64Array(count);
  /** The node or leaf at each place. */
  const nodeAtPlace = new Int32Array(count);
  let placed = 0;
  const rootSteps = roots.map((root) => {
    const begin = placed;
    nodeAtPlace[placed] = root;
    placed += 1;
    for (let place = begin; place < placed; place += 1) {
      const at = nodeAtPlace[place] as number;
      if (at < 0) {
        steps[STEP_SIZE * place] = LEAF | (lowest << COMPARAND_BITS);
        steps[STEP_SIZE * place + 1] = STEP_SIZE * place;
        values[place] = leafValue[~at] as number;
        continue;
      }
      const [slot = 0, comparand = 0, left = 0, right = 0] = nodes.subarray(at * NODE_SIZE);
      steps[STEP_SIZE * place] = (slot << COMPARAND_BITS) | comparand;
      steps[STEP_SIZE * place + 1] = STEP_SIZE * placed;
      nodeAtPlace[placed] = left;
      nodeAtPlace[placed + 1] = right;
      placed += 2;
    }
    return STEP_SIZE * begin;
  });
  return { steps, values, roots: rootSteps, finders, width: lowest + 1 };
}

const CELLS = 512;

/** Finds the rank of a number as `binOfNumber` does, but searches only the relevant range. */
export class RankFinder {
  readonly #edges: Float64Array;
  readonly #least: number;
  readonly #perUnit: number;
  /** How many edges lie in the cells before each; the cells are equally wide. */
  readonly #before = new Int32Array(CELLS + 1);

  constructor(edges: Float64Array) {
    this.#edges = edges;
    this.#least = edges[0] ?? 0;
    this.#perUnit = CELLS / ((edges.at(-1) ?? 0) - this.#least);
    for (const edge of edges) {
      const cell = this.#cellOf(edge);
      this.#before[cell + 1] = (this.#before[cell + 1] as number) + 1;
    }
    for (let cell = 0; cell < CELLS; cell += 1) {
      this.#before[cell + 1] = (this.#before[cell + 1] as number) + (this.#before[cell] as number);
    }
  }

  /** The rank of a value that is not NaN. */
  rankOf(value: number): number {
    const edges = this.#edges;
    const cell = this.#cellOf(value);
    let low = this.#before[cell] as number;
    let high = this.#before[cell + 1] as number;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value <= (edges[middle] as number)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /**
   * The cell of a value. A greater number is never in an earlier cell, however it is rounded; no
   * more is needed.
   */
  #cellOf(value: number): number {
    const cell = (value - this.#least) * this.#perUnit;
    return cell >= CELLS ? CELLS - 1 : cell > 0 ? Math.floor(cell) : 0;
  }
}
