import type { BinnedColumn } from '../bins/bin-dataset.ts';
import { aboveIn, type Histogram, rowsIn } from './histogram.ts';

/** How a leaf is cut in two. */
export interface Split {
  /** Index of the column. */
  readonly column: number;
  /** What the two sides' slopes explain beyond the whole leaf's. */
  readonly gain: number;
  readonly leftRows: number;
  /** For each bin of the column, the one for missing values last: 1 when it goes left. */
  readonly goesLeft: Uint8Array;
}

/** The settings that splitting depends on. */
export interface SplitRules {
  readonly quantile: number;
  readonly l2: number;
  readonly leafRowsMin: number;
}

/** A smaller gain is rounding. */
const GAIN_MIN = 1e-9;
/**
 * The guards of LightGBM against categories that look good by luck: a code is ranked by its slope
 * only with some rows, its mean slope is shrunk to zero by as many, a side names few codes, and
 * both sides must gain more than those of a number.
 */
const CODE_ROWS_MIN = 10;
const CODE_PULL_ROWS = 10;
const CODES_NAMED_MAX = 32;
const CATEGORY_L2 = 10;

/** A leaf's number of rows, and how many of them have a target above the prediction. */
interface Whole {
  readonly rows: number;
  readonly above: number;
}

/** The best split of a leaf by one of the columns, or null: no gain, or sides too small. */
export function findSplit(
  histogram: Histogram,
  columns: readonly BinnedColumn[],
  chosen: Int32Array,
  rules: SplitRules,
): Split | null {
  const whole = totalsOf(histogram, columns[chosen[0] ?? 0]);
  let best: Split | null = null;
  let gainToBeat = GAIN_MIN;
  for (const index of chosen) {
    const column = columns[index] as BinnedColumn;
    const bestSplit = column.kind === 'number' ? bestNumberSplit : bestCategorySplit;
    const found = bestSplit(histogram, column, index, whole, rules, gainToBeat);
    if (found === null) continue;
    best = found;
    gainToBeat = found.gain;
  }
  return best;
}

/**
 * The totals of a leaf. Every column has every row in one of its bins, so any column's bins add up
 * to the leaf.
 */
function totalsOf(histogram: Histogram, column: BinnedColumn | undefined): Whole {
  let sum = 0;
  const from = column?.offset ?? 0;
  const to = from + (column?.bins ?? -1);
  for (let bin = from; bin <= to; bin += 1) sum += histogram[bin] as number;
  return { rows: rowsIn(sum), above: aboveIn(sum) };
}

/**
 * How much a side of a split is worth: moving it by one step against its slope reduces the loss by
 * half of this.
 */
function worth(rows: number, above: number, quantile: number, l2: number): number {
  const slope = (1 - quantile) * rows - above;
  return (slope * slope) / (rows + l2);
}

/** Tries all splits "up to this edge", with the missing values on the right and on the left. */
function bestNumberSplit(
  histogram: Histogram,
  column: BinnedColumn,
  index: number,
  whole: Whole,
  rules: SplitRules,
  gainToBeat: number,
): Split | null {
  const { offset, bins } = column;
  const { quantile, l2, leafRowsMin } = rules;
  const missing = histogram[offset + bins] as number;
  const unsplit = worth(whole.rows, whole.above, quantile, l2);
  let best = gainToBeat;
  let bestBin = -1;
  let bestRows = 0;
  let isMissingLeft = false;
  for (let side = 0; side < (missing > 0 ? 2 : 1); side += 1) {
    let rows = side === 1 ? rowsIn(missing) : 0;
    let above = side === 1 ? aboveIn(missing) : 0;
    for (let bin = 0; bin < bins; bin += 1) {
      const cell = histogram[offset + bin] as number;
      if (cell === 0) continue;
      above += aboveIn(cell);
      rows += rowsIn(cell);
      if (rows < leafRowsMin) continue;
      const rest = whole.rows - rows;
      if (rest < leafRowsMin || rest === 0) break;
      const gain =
        worth(rows, above, quantile, l2) + worth(rest, whole.above - above, quantile, l2) - unsplit;
      if (gain <= best) continue;
      best = gain;
      bestBin = bin;
      bestRows = rows;
      isMissingLeft = side === 1;
    }
  }
  if (bestBin < 0) return null;
  const goesLeft = new Uint8Array(bins + 1).fill(1, 0, bestBin + 1);
  // If none was missing in training, missing values go to the larger side.
  const goesMissingLeft = missing > 0 ? isMissingLeft : bestRows * 2 >= whole.rows;
  goesLeft[bins] = goesMissingLeft ? 1 : 0;
  return { column: index, gain: best, leftRows: bestRows, goesLeft };
}

/**
 * Tries splits of codes in the order of their slopes. In that order the two best groups are
 * contiguous (Fisher 1958), so only such splits are tried, from both ends. "Missing" is a code like
 * the others. Codes too rare to rank, or unknown, go to the side that is not named.
 */
function bestCategorySplit(
  histogram: Histogram,
  column: BinnedColumn,
  index: number,
  whole: Whole,
  rules: SplitRules,
  gainToBeat: number,
): Split | null {
  const { offset, bins } = column;
  const { quantile, leafRowsMin } = rules;
  const l2 = rules.l2 + CATEGORY_L2;
  const unsplit = worth(whole.rows, whole.above, quantile, rules.l2);
  const ranked = rankCodes(histogram, column, quantile);
  let best = gainToBeat;
  let bestCount = 0;
  let bestRows = 0;
  for (const direction of [1, -1]) {
    let rows = 0;
    let above = 0;
    const most = Math.min(ranked.length, CODES_NAMED_MAX);
    for (let named = 1; named <= most; named += 1) {
      const bin = ranked[direction > 0 ? named - 1 : ranked.length - named] as number;
      const cell = histogram[offset + bin] as number;
      above += aboveIn(cell);
      rows += rowsIn(cell);
      const rest = whole.rows - rows;
      if (rest < leafRowsMin || rest === 0) break;
      if (rows < leafRowsMin) continue;
      const gain =
        worth(rows, above, quantile, l2) + worth(rest, whole.above - above, quantile, l2) - unsplit;
      if (gain <= best) continue;
      best = gain;
      bestCount = direction * named;
      bestRows = rows;
    }
  }
  if (bestCount === 0) return null;
  const goesLeft = new Uint8Array(bins + 1);
  const named = bestCount > 0 ? ranked.slice(0, bestCount) : ranked.slice(bestCount);
  for (const bin of named) goesLeft[bin] = 1;
  return { column: index, gain: best, leftRows: bestRows, goesLeft };
}

/** Bins with enough rows, by their mean slope. */
function rankCodes(histogram: Histogram, { offset, bins }: BinnedColumn, quantile: number) {
  const ranked: number[] = [];
  const slopes = new Float64Array(bins + 1);
  for (let bin = 0; bin <= bins; bin += 1) {
    const cell = histogram[offset + bin] as number;
    const rows = rowsIn(cell);
    if (rows < CODE_ROWS_MIN) continue;
    slopes[bin] = ((1 - quantile) * rows - aboveIn(cell)) / (rows + CODE_PULL_ROWS);
    ranked.push(bin);
  }
  return ranked.sort((a, b) => (slopes[a] as number) - (slopes[b] as number) || a - b);
}
