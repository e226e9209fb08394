/**
 * The mean pinball loss of predictions of a quantile: the training objective, and the measure for
 * comparing models. A row without a target gives NaN, so that a mistake is not hidden.
 */
export function pinballLoss(
  target: Float64Array,
  predicted: Float64Array,
  quantile: number,
): number {
  let sum = 0;
  for (let row = 0; row < target.length; row += 1) {
    const error = (target[row] as number) - (predicted[row] as number);
    sum += error > 0 ? quantile * error : (quantile - 1) * error;
  }
  return sum / target.length;
}

/**
 * The quantile of the first `count` values, interpolated between its neighbours. Reorders them:
 * selecting is linear, sorting is not.
 */
export function selectQuantile(values: Float64Array, count: number, quantile: number): number {
  const position = (count - 1) * quantile;
  const at = Math.floor(position);
  select(values, count, at);
  const low = values[at] as number;
  if (position === at) return low;
  let high = Number.POSITIVE_INFINITY;
  for (let index = at + 1; index < count; index += 1)
    high = Math.min(high, values[index] as number);
  const share = position - at;
  return low * (1 - share) + high * share;
}

/** Hoare's quickselect: puts the value of rank `at` there, with smaller ones before it. */
function select(values: Float64Array, count: number, at: number): void {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const pivot = medianOfThree(values, low, high);
    let left = low;
    let right = high;
    while (left <= right) {
      while ((values[left] as number) < pivot) left += 1;
      while ((values[right] as number) > pivot) right -= 1;
      if (left <= right) {
        const value = values[left] as number;
        values[left] = values[right] as number;
        values[right] = value;
        left += 1;
        right -= 1;
      }
    }
    if (at <= right) high = right;
    else if (at >= left) low = left;
    else return;
  }
}

function medianOfThree(values: Float64Array, low: number, high: number): number {
  const a = values[low] as number;
  const b = values[(low + high) >>> 1] as number;
  const c = values[high] as number;
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
