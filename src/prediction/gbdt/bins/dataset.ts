/** One feature of all rows. `NaN` is a missing value. */
export interface Column {
  readonly name: string;
  /** A category's values are integer codes from 0; anything else counts as missing. */
  readonly kind: 'number' | 'category';
  readonly values: Float64Array;
}

/** Rows by column, because training and binning read a column at a time. */
export interface Dataset {
  readonly rows: number;
  readonly columns: readonly Column[];
}

/** Larger codes count as missing: known codes are looked up in a dense table. */
export const CATEGORY_CODE_MAX = 2 ** 20 - 1;

/** Data or settings are unusable for training; the message says which, where and what to do. */
export class Untrainable extends Error {
  override readonly name = 'Untrainable';
}

/** The maximum number of columns. More would be a mistake: their histograms exceed the cache. */
const COLUMNS_MAX = 256;
/** The maximum number of rows: what a histogram's cell can count exactly (see histogram.ts). */
const ROWS_MAX = 2 ** 22 - 1;

/** Throws when the columns are not a table. */
export function checkDataset({ rows, columns }: Dataset): void {
  if (!Number.isInteger(rows) || rows < 0 || rows > ROWS_MAX)
    throw new Untrainable(`${rows} rows; 0 to ${ROWS_MAX} are possible`);
  if (columns.length > COLUMNS_MAX)
    throw new Untrainable(`${columns.length} columns; ${COLUMNS_MAX} are possible`);
  const names = new Set<string>();
  for (const { name, values } of columns) {
    if (names.has(name)) throw new Untrainable(`two columns are named "${name}"; name each once`);
    names.add(name);
    if (values.length !== rows)
      throw new Untrainable(`column "${name}" has ${values.length} values for ${rows} rows`);
  }
}
