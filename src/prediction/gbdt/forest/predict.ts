import { checkColumns } from '../bins/bin-dataset.ts';
import { placeOf } from '../bins/codes.ts';
import { checkDataset, type Dataset } from '../bins/dataset.ts';
import { BY_CODE, type Forest, MISSING_LEFT } from './forest.ts';

/** Rows that go through a tree together: their values and sums stay in the first cache. */
const BLOCK_ROWS = 64;

/**
 * What the forest says of a row: a value for each column as it was trained, NaN where there is
 * none. A code it was not trained on counts as missing.
 */
export function predict(forest: Forest, row: Float64Array): number {
  const values = codesToPlaces(forest, row);
  let sum = forest.start;
  for (const root of forest.roots)
    sum += forest.leafValue[leafOf(forest, root, values, 0)] as number;
  return sum;
}

/** The same for many rows, tree by tree through a block of rows: about twice as fast. */
export function predictAll(forest: Forest, data: Dataset): Float64Array {
  checkDataset(data);
  checkColumns(forest.columns, data);
  const width = forest.columns.length;
  const predicted = new Float64Array(data.rows).fill(forest.start);
  const values = new Float64Array(BLOCK_ROWS * width);
  for (let from = 0; from < data.rows; from += BLOCK_ROWS) {
    const count = Math.min(BLOCK_ROWS, data.rows - from);
    gather(forest, data, from, count, values);
    for (const root of forest.roots) {
      for (let row = 0; row < count; row += 1) {
        const leaf = leafOf(forest, root, values, row * width);
        predicted[from + row] =
          (predicted[from + row] as number) + (forest.leafValue[leaf] as number);
      }
    }
  }
  return predicted;
}

/** The row as trees read it: a category's code as its place among the known, or NaN. */
export function codesToPlaces({ columns }: Forest, row: Float64Array): Float64Array {
  const values = new Float64Array(columns.length);
  for (const [nr, column] of columns.entries()) {
    const value = row[nr] ?? Number.NaN;
    values[nr] = column.kind === 'number' ? value : orMissing(placeOf(value, column.places));
  }
  return values;
}

/** From a node down to a leaf, for the values from `start` on. */
function leafOf(forest: Forest, root: number, values: Float64Array, start: number): number {
  let at = root;
  while (at >= 0) at = childOf(forest, at, values, start);
  return ~at;
}

/** The next node on a row's way, or a leaf as ~index. */
export function childOf(
  { column, flags, threshold, left, right, bits, codeBits }: Forest,
  node: number,
  values: Float64Array,
  start: number,
): number {
  const value = values[start + (column[node] as number)] as number;
  const flag = flags[node] as number;
  const isLeft =
    flag === 0
      ? value <= (threshold[node] as number)
      : flag === MISSING_LEFT
        ? !(value > (threshold[node] as number))
        : Number.isNaN(value)
          ? flag > BY_CODE
          : hasBit(codeBits, bits[node] as number, value);
  return (isLeft ? left[node] : right[node]) as number;
}

function hasBit(words: Uint32Array, from: number, place: number): boolean {
  return (((words[from + (place >>> 5)] as number) >>> (place & 31)) & 1) === 1;
}

function gather(
  { columns }: Forest,
  data: Dataset,
  from: number,
  count: number,
  into: Float64Array,
): void {
  const width = columns.length;
  for (const [nr, { values }] of data.columns.entries()) {
    const column = columns[nr];
    const places = column?.kind === 'category' ? column.places : null;
    for (let row = 0; row < count; row += 1) {
      const value = values[from + row] as number;
      into[row * width + nr] = places === null ? value : orMissing(placeOf(value, places));
    }
  }
}

function orMissing(place: number): number {
  return place < 0 ? Number.NaN : place;
}
