import type { BinnedDataset } from '../bins/bin-dataset.ts';

/**
 * For each bin of each column: how many rows lie in it, and how many of those have a target above
 * what is predicted. The pinball loss has only two slopes, so these two numbers are its gradient.
 * Both stand in one cell, rows + above × 2^26: one addition for each row and column, and sums and
 * differences are exact in any order up to 2^26 rows.
 */
export type Histogram = Float64Array;

const ABOVE = 2 ** 26;

/** What a row adds to its cells. */
export const ROW_BELOW = 1;
export const ROW_ABOVE = 1 + ABOVE;

export function aboveIn(cell: number): number {
  return Math.floor(cell / ABOVE);
}

export function rowsIn(cell: number): number {
  return cell - Math.floor(cell / ABOVE) * ABOVE;
}

/** Adds up the rows `order[from]` to `order[to - 1]`, over the chosen columns. */
export function fillHistogram(
  into: Histogram,
  { cells, columns }: BinnedDataset,
  chosen: Int32Array,
  { order, from, to }: { order: Int32Array; from: number; to: number },
  weights: Float64Array,
): void {
  into.fill(0);
  const width = columns.length;
  const count = chosen.length;
  for (let nr = from; nr < to; nr += 1) {
    const row = order[nr] as number;
    const weight = weights[row] as number;
    const start = row * width;
    for (let column = 0; column < count; column += 1) {
      const cell = cells[start + (chosen[column] as number)] as number;
      into[cell] = (into[cell] as number) + weight;
    }
  }
}

/** What is left of a leaf's histogram without one of its halves: cheaper than counting it. */
export function subtractHistogram(from: Histogram, part: Histogram): void {
  for (let bin = 0; bin < from.length; bin += 1) {
    from[bin] = (from[bin] as number) - (part[bin] as number);
  }
}
