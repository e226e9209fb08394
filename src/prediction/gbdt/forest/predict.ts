import { checkColumns } from '../bins/bin-dataset.ts';
import { checkDataset, type Dataset } from '../bins/dataset.ts';
import type { Forest, ForestColumn } from './forest.ts';
import { childOf, type Ranks, rankInto, ranksOf } from './ranks.ts';

/** Rows that go through a tree together: their ranks and sums stay in the nearest cache. */
const BLOCK_ROWS = 64;

/**
 * What the forest says of a row: a value for each column as it was trained, NaN where there is
 * none. A code it was not trained on counts as missing.
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

/** The same for many rows, tree by tree through a block of rows, so that a tree stays in a cache. */
export function predictAll(forest: Forest, data: Dataset): Float64Array {
  checkDataset(data);
  checkColumns(forest.columns, data);
  const predicted = new Float64Array(data.rows).fill(forest.start);
  const ranks = new Int32Array(BLOCK_ROWS * 2 * forest.columns.length);
  for (let from = 0; from < data.rows; from += BLOCK_ROWS) {
    const block = predicted.subarray(from, from + BLOCK_ROWS);
    rankBlock(forest, data, from, block.length, ranks);
    for (const root of forest.roots) addTree(forest, root, ranks, block);
  }
  return predicted;
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

/** Four rows abreast: while one waits for its next node, the others get on. */
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

/** From a tree's root down to a leaf. */
function leafOf(forest: Forest, root: number, ranks: Ranks, start: number): number {
  let at = root;
  while (at >= 0) at = childOf(forest, at, ranks, start);
  return ~at;
}
