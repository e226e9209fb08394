import { checkColumns } from '../bins/bin-dataset.ts';
import { checkDataset, type Dataset } from '../bins/dataset.ts';
import type { Forest, ForestColumn } from './forest.ts';
import { childOf, HIGHEST, LOWEST, type Ranks, rankInto, ranksOf } from './ranks.ts';
import {
  COMPARAND_BITS,
  COMPARAND_MASK,
  type RankFinder,
  SLOT_MASK,
  type Steps,
  stepsOf,
} from './steps.ts';

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
      for (const root of steps.roots) addSteps(steps, root, ranks, block);
      continue;
    }
    rankBlock(forest, data, from, block.length, ranks);
    for (const root of forest.roots) addTree(forest, root, ranks, block);
  }
  return predicted;
}

/**
 * Finds the ranks of a whole block, as `rankInto` does, followed by the lowest rank for each row.
 */
function findRanks({ finders, width }: Steps, data: Dataset, from: number, ranks: Ranks): void {
  for (let nr = 0; nr < finders.length; nr += 1) {
    const finder = finders[nr] as RankFinder;
    const values = data.columns[nr]?.values ?? new Float64Array(0);
    let at = 2 * nr;
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

/** Adds a tree's values to the sums, with four rows in parallel until all four are at a leaf. */
function addSteps(
  { steps, values, width }: Steps,
  root: number,
  ranks: Ranks,
  sums: Float64Array,
): void {
  for (let row = 0; row < BLOCK_ROWS; row += 4) {
    const forA = row * width;
    const forB = forA + width;
    const forC = forB + width;
    const forD = forC + width;
    let a = root;
    let b = root;
    let c = root;
    let d = root;
    for (;;) {
      const askA = steps[a] as number;
      const askB = steps[b] as number;
      const askC = steps[c] as number;
      const askD = steps[d] as number;
      if ((askA & askB & askC & askD) < 0) break;
      const rankA = ranks[forA + ((askA >>> COMPARAND_BITS) & SLOT_MASK)] as number;
      const rankB = ranks[forB + ((askB >>> COMPARAND_BITS) & SLOT_MASK)] as number;
      const rankC = ranks[forC + ((askC >>> COMPARAND_BITS) & SLOT_MASK)] as number;
      const rankD = ranks[forD + ((askD >>> COMPARAND_BITS) & SLOT_MASK)] as number;
      // The lowest bit means "right"; children are two apart.
      a = (steps[a + 1] as number) + ((((askA & COMPARAND_MASK) - rankA) >>> 31) << 1);
      b = (steps[b + 1] as number) + ((((askB & COMPARAND_MASK) - rankB) >>> 31) << 1);
      c = (steps[c + 1] as number) + ((((askC & COMPARAND_MASK) - rankC) >>> 31) << 1);
      d = (steps[d + 1] as number) + ((((askD & COMPARAND_MASK) - rankD) >>> 31) << 1);
    }
    sums[row] = (sums[row] as number) + (values[a >>> 1] as number);
    sums[row + 1] = (sums[row + 1] as number) + (values[b >>> 1] as number);
    sums[row + 2] = (sums[row + 2] as number) + (values[c >>> 1] as number);
    sums[row + 3] = (sums[row + 3] as number) + (values[d >>> 1] as number);
  }
}

function rankBlock(
  { columns }: Forest,
  data: Dataset,
  from: number,
  count: number,
  ranks: Ranks,
): void {
  for (let nr = 0; nr < columns.length; nr += 1) {
    const column = columns[nr] as ForestColumn;
    const values = data.columns[nr]?.values ?? new Float64Array(0);
    for (let row = 0; row < count; row += 1) {
      rankInto(ranks, 2 * (row * columns.length + nr), values[from + row] as number, column);
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
