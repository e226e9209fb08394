import { type Pause, WITHOUT_REST } from '../training-options.ts';
import {
  type CodePlaces,
  type Column,
  checkDataset,
  codePlaces,
  type Dataset,
  knownCodes,
  placeOf,
  Untrainable,
} from './dataset.ts';

import { binOfNumber, numberEdges } from './edges.ts';

/**
 * A column whose values are replaced by bins. The bins of a number are separated by its edges,
 * those of a category are its known codes; one more bin means "missing".
 */
export type BinnedColumn = {
  readonly name: string;
  /** The index of the column's first bin among the bins of all columns. */
  readonly offset: number;
  /** Bins of values, without the one for missing ones, which comes after them. */
  readonly bins: number;
} & (
  | { readonly kind: 'number'; readonly edges: Float64Array }
  | { readonly kind: 'category'; readonly codes: Float64Array; readonly places: CodePlaces }
);

/** The binned data that training reads. It is made once and used for all quantiles. */
export interface BinnedDataset {
  readonly rows: number;
  readonly columns: readonly BinnedColumn[];
  /** The number of bins of all columns together. */
  readonly bins: number;
  /** For each column the bin of each row. */
  readonly cells: readonly Uint8Array[];
}

/**
 * The maximum number of bins. With the one for missing values they are 256, as many as fit in a
 * byte.
 */
const BINS_MAX = 255;

/** Cuts each column into at most `binsMax` bins of values and one for missing ones. */
export function binDataset(
  data: Dataset,
  binsMax: number,
  pause: Pause = WITHOUT_REST,
): BinnedDataset {
  checkDataset(data);
  if (!Number.isInteger(binsMax) || binsMax < 2 || binsMax > BINS_MAX)
    throw new Untrainable(`binsMax is ${binsMax}; it must be a whole number from 2 to ${BINS_MAX}`);
  const columns: BinnedColumn[] = [];
  let offset = 0;
  for (const column of data.columns) {
    pause();
    const binned = toBinnedColumn(column, binsMax, offset);
    columns.push(binned);
    offset += binned.bins + 1;
  }
  return { rows: data.rows, columns, bins: offset, cells: binsOfRows(data, columns, pause) };
}

/** Puts other rows into the same bins, such as those that decide when training stops. */
export function binLike(binned: BinnedDataset, data: Dataset): BinnedDataset {
  checkDataset(data);
  checkColumns(binned.columns, data);
  const { columns, bins } = binned;
  return { rows: data.rows, columns, bins, cells: binsOfRows(data, columns, WITHOUT_REST) };
}

/** Throws unless `data` has these columns in this order: a model must not read another feature. */
export function checkColumns(
  columns: readonly { readonly name: string; readonly kind: string }[],
  data: Dataset,
): void {
  const found = data.columns.map(({ name, kind }) => `${name} (${kind})`).join(', ');
  const expected = columns.map(({ name, kind }) => `${name} (${kind})`).join(', ');
  if (found !== expected)
    throw new Untrainable(`the columns are ${found}; they were ${expected} when it was trained`);
}

function toBinnedColumn(
  { name, kind, values }: Column,
  binsMax: number,
  offset: number,
): BinnedColumn {
  if (kind === 'number') {
    const edges = numberEdges(values, binsMax);
    return { name, kind, offset, bins: edges.length + 1, edges };
  }
  const codes = knownCodes(values, binsMax);
  return { name, kind, offset, bins: codes.length, codes, places: codePlaces(codes) };
}

function binsOfRows(data: Dataset, columns: readonly BinnedColumn[], pause: Pause): Uint8Array[] {
  return columns.map((column, index) => {
    pause();
    const cells = new Uint8Array(data.rows);
    const values = data.columns[index]?.values ?? new Float64Array(0);
    for (let row = 0; row < data.rows; row += 1) {
      cells[row] = binOf(values[row] as number, column);
    }
    return cells;
  });
}

function binOf(value: number, column: BinnedColumn): number {
  if (column.kind === 'number')
    return Number.isNaN(value) ? column.bins : binOfNumber(value, column.edges);
  const place = placeOf(value, column.places);
  return place < 0 ? column.bins : place;
}
