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

/** For each code of a category its place among the known codes, plus 1; 0 for unknown codes. */
export type CodePlaces = Uint16Array;

/**
 * The codes of a category that get a bin of their own, ascending. If there are too many, the rarer
 * ones count as missing, and so do later codes.
 */
export function knownCodes(values: Float64Array, binsMax: number): Float64Array {
  const counts = new Map<number, number>();
  for (const value of values) {
    if (isCode(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const frequentFirst = [...counts].sort(
    ([code, count], [otherCode, other]) => other - count || code - otherCode,
  );
  return Float64Array.from(frequentFirst.slice(0, binsMax), ([code]) => code).sort();
}

/** Makes a dense table in which `placeOf` looks up codes. */
export function codePlaces(codes: Float64Array): CodePlaces {
  const places = new Uint16Array((codes.at(-1) ?? -1) + 1);
  for (const [place, code] of codes.entries()) places[code] = place + 1;
  return places;
}

/**
 * The place of a code among the known ones, or -1 if it is unknown, as NaN, negative numbers and
 * fractions are.
 */
export function placeOf(code: number, places: CodePlaces): number {
  return code >= 0 && code < places.length && Number.isInteger(code)
    ? (places[code] as number) - 1
    : -1;
}

function isCode(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= CATEGORY_CODE_MAX;
}
