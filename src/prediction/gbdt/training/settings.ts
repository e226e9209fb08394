import { Untrainable } from '../bins/dataset.ts';

export interface TrainSettings {
  /** The quantile of the target that is learned: 0.5 is the median. */
  readonly quantile: number;
  /** The maximum number of trees. A held set may show that fewer are better. */
  readonly roundsMax: number;
  readonly leavesMax: number;
  /** No leaf has fewer rows: its quantile would be noise. */
  readonly leafRowsMin: number;
  /** The share of each tree's step that is applied. */
  readonly learningRate: number;
  /** Rows that shrink each side of a split toward "no change": small sides must gain more. */
  readonly l2: number;
  /** Maximum number of bins at binning; recorded for reference. */
  readonly binsMax: number;
  /** Share of the columns a tree may use, drawn for each tree. */
  readonly columnShare: number;
  /** Share of the rows a tree is trained on, drawn for each tree. */
  readonly rowShare: number;
  /** Rounds without a better loss on the held set after which training ends. */
  readonly patience: number;
  /** The same data, settings and seed give the same forest, on every machine. */
  readonly seed: number;
}

type Range = readonly [from: number, to: number, whole: boolean];

const RANGES: Readonly<Record<keyof TrainSettings, Range>> = {
  quantile: [0.001, 0.999, false],
  roundsMax: [0, 5_000, true],
  leavesMax: [2, 1_024, true],
  leafRowsMin: [1, 2 ** 22, true],
  learningRate: [0.000_1, 1, false],
  l2: [0, 1e6, false],
  binsMax: [2, 255, true],
  columnShare: [0.001, 1, false],
  rowShare: [0.001, 1, false],
  patience: [1, 5_000, true],
  seed: [0, Number.MAX_SAFE_INTEGER, true],
};

/** Throws on the first setting that is out of its range. */
export function checkSettings(settings: TrainSettings): void {
  for (const [name, [from, to, whole]] of Object.entries(RANGES)) {
    const value = settings[name as keyof TrainSettings];
    const isFine = value >= from && value <= to && (!whole || Number.isInteger(value));
    if (isFine) continue;
    const kind = whole ? 'a whole number' : 'a number';
    throw new Untrainable(`${name} is ${value}; it must be ${kind} from ${from} to ${to}`);
  }
}

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
  for (let nr = at + 1; nr < count; nr += 1) high = Math.min(high, values[nr] as number);
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
