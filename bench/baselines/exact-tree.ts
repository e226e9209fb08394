import { type Dataset, pinballLoss } from '../../src/prediction/gbdt/index.ts';

/**
 * Grows a tree in the textbook way: sorts every column in every node and tries every cut. All
 * columns count as numbers, and missing values go left. Returns the loss, so that nothing is
 * optimised away.
 */
export function growExactTree(
  data: Dataset,
  target: Float64Array,
  quantile: number,
  depth: number,
): number {
  const predicted = new Float64Array(data.rows);
  const grow = (rows: number[], level: number): void => {
    const sorted = rows.map((row) => target[row] ?? 0).sort((a, b) => a - b);
    const value = sorted[Math.floor((sorted.length - 1) * quantile)] ?? 0;
    for (const row of rows) predicted[row] = value;
    if (level === 0 || rows.length < 40) return;
    const [left, right] = cut(data, target, rows, quantile, value);
    if (left.length === 0 || right.length === 0) return;
    grow(left, level - 1);
    grow(right, level - 1);
  };
  grow(
    Array.from({ length: data.rows }, (_, row) => row),
    depth,
  );
  return pinballLoss(target, predicted, quantile);
}

function cut(
  { columns }: Dataset,
  target: Float64Array,
  rows: readonly number[],
  quantile: number,
  value: number,
): [number[], number[]] {
  const slope = (row: number) => ((target[row] ?? 0) > value ? -quantile : 1 - quantile);
  const whole = rows.reduce((sum, row) => sum + slope(row), 0);
  let best = 0;
  let sides: [number[], number[]] = [[], []];
  for (const { values } of columns) {
    const at = (row: number) => {
      const value = values[row] ?? Number.NaN;
      return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
    };
    const sorted = rows.toSorted((a, b) => (at(a) < at(b) ? -1 : at(a) > at(b) ? 1 : 0));
    let left = 0;
    let found = -1;
    for (let index = 1; index < sorted.length; index += 1) {
      left += slope(sorted[index - 1] ?? 0);
      if (at(sorted[index - 1] ?? 0) === at(sorted[index] ?? 0)) continue;
      const gain = left ** 2 / index + (whole - left) ** 2 / (sorted.length - index);
      if (gain <= best) continue;
      best = gain;
      found = index;
    }
    if (found >= 0) sides = [sorted.slice(0, found), sorted.slice(found)];
  }
  return sides;
}
