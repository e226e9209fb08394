import {
  binDataset,
  type Dataset,
  type Forest,
  predict,
  predictAll,
  type TrainingOptions,
  trainForest,
} from '../gbdt/index.ts';

/** A window in logarithms of time. */
export interface LogWindow {
  readonly low: number;
  readonly middle: number;
  readonly high: number;
}

/**
 * Trees for the middle of a distribution, and for the distances of its ends. The ends were trained
 * on rides that the middle was not trained on: trees are overconfident on their own training data.
 */
export interface QuantileTrees {
  /**
   * Two forests whose predictions add up: the first was trained without the held-back rides, the
   * second corrects it with all rides.
   */
  readonly middle: readonly [Forest, Forest];
  /**
   * The forests for the ends below and above the middle. They read its columns and, last, the
   * middle itself.
   */
  readonly below: Forest;
  readonly above: Forest;
}

/** The share of rides below the window, and the share above it. */
export const OUTSIDE = 0.1;

interface TreeSizes {
  readonly rounds: number;
  /** The number of rounds with all rides, after the ends are trained. */
  readonly correctionRounds: number;
  readonly leaves: number;
  readonly rowShare: number;
}

const BINS = 255;
const MIDDLE_COLUMN = 'middle';
/** Settings of the forests for the ends, which are simple and have little data. */
const ENDS = { roundsMax: 60, leavesMax: 12, leafRowsMin: 200, learningRate: 0.1 } as const;
const FEW_ROWS = 4_000;

/** Trains a forest for the median of `target`. */
export function growMedian(
  data: Dataset,
  target: Float64Array,
  { rounds, leaves, rowShare }: Pick<TreeSizes, 'rounds' | 'leaves' | 'rowShare'>,
  { seed, pause }: TrainingOptions,
): Forest {
  const settings = {
    quantile: 0.5,
    roundsMax: rounds,
    leavesMax: Math.max(4, Math.min(leaves, Math.floor(data.rows / 200))),
    leafRowsMin: 30,
    learningRate: 0.12,
    l2: 0,
    binsMax: BINS,
    columnShare: 0.5,
    rowShare,
    patience: rounds + 1,
    seed,
  };
  return trainForest(binDataset(data, BINS, pause), target, settings, undefined, pause);
}

/** Rows in two parts: for training the middle first, and for training the ends. */
interface Lessons {
  readonly data: Dataset;
  readonly target: Float64Array;
  /** The number of rows in the first part; the others are held back. */
  readonly first: number;
}

/**
 * Trains the middle on the first part of the rows, the ends on the held-back part, and then a
 * correction of the middle on all rows.
 */
export function growQuantiles(
  { data, target, first }: Lessons,
  sizes: TreeSizes,
  training: TrainingOptions,
): QuantileTrees {
  const lessons = someRows(data, 0, first);
  const middle = growMedian(lessons, target.subarray(0, first), sizes, training);
  const predicted = predictAll(middle, data);
  const left = target.map((value, row) => value - (predicted[row] as number));
  const held = withMiddle(someRows(data, first, data.rows), predicted.slice(first));
  const [below, above] = growEnds(held, left.slice(first), training);
  const correction = growMedian(data, left, { ...sizes, rounds: sizes.correctionRounds }, training);
  return { middle: [middle, correction], below, above };
}

function growEnds(
  held: Dataset,
  left: Float64Array,
  { seed, pause }: TrainingOptions,
): readonly [below: Forest, above: Forest] {
  const binned = binDataset(held, BINS, pause);
  const grow = (quantile: number) => {
    const settings = {
      ...ENDS,
      // With little data there is one window width for all.
      roundsMax: held.rows < FEW_ROWS ? 0 : ENDS.roundsMax,
      quantile,
      l2: 0,
      binsMax: BINS,
      columnShare: 0.5,
      rowShare: 0.6,
      patience: ENDS.roundsMax + 1,
      seed,
    };
    return trainForest(binned, left, settings, undefined, pause);
  };
  return [grow(OUTSIDE), grow(1 - OUTSIDE)];
}

function withMiddle(data: Dataset, middle: Float64Array): Dataset {
  return {
    rows: data.rows,
    columns: [...data.columns, { name: MIDDLE_COLUMN, kind: 'number', values: middle }],
  };
}

/** The window of one row. */
export function windowOf({ middle, below, above }: QuantileTrees, row: Float64Array): LogWindow {
  const predicted = predict(middle[0], row) + predict(middle[1], row);
  const wider = new Float64Array(row.length + 1);
  wider.set(row);
  wider[row.length] = predicted;
  return toLogWindow(predicted, predict(below, wider), predict(above, wider));
}

/** The windows of many rows at once. */
export function windowsOf({ middle, below, above }: QuantileTrees, data: Dataset): LogWindow[] {
  const correction = predictAll(middle[1], data);
  const predicted = predictAll(middle[0], data).map(
    (value, row) => value + (correction[row] as number),
  );
  const wider = withMiddle(data, predicted);
  const lows = predictAll(below, wider);
  const highs = predictAll(above, wider);
  const windows: LogWindow[] = [];
  for (let row = 0; row < data.rows; row += 1) {
    windows.push(toLogWindow(predicted[row] as number, lows[row] as number, highs[row] as number));
  }
  return windows;
}

/**
 * The minimum distance of an end from the middle, which is always inside, whatever the trees of the
 * ends predict.
 */
const LEAST_APART = 0.01;

function toLogWindow(middle: number, below: number, above: number): LogWindow {
  return {
    low: middle + Math.min(below, -LEAST_APART),
    middle,
    high: middle + Math.max(above, LEAST_APART),
  };
}

/** A block is a quarter of a day. Of each `CYCLE` blocks, those in `HELD` are held back. */
const BLOCK_MS = 6 * 3_600_000;
const CYCLE = 13;
const HELD = [3, 9];

/**
 * Whether a ride is in the seventh that calibrates the others' confidence. Quarters of days,
 * spread over all hours and days of the week: a Tuesday says nothing about the window of a
 * Saturday night.
 */
export function isHeldBack({ atMs }: { readonly atMs: number }): boolean {
  const place = Math.floor(atMs / BLOCK_MS) % CYCLE;
  return HELD.includes(place < 0 ? place + CYCLE : place);
}

/** Rows appended one after the other and stored by column, as trees read them. */
interface Table {
  readonly data: Dataset;
  /** Copies an appended row to this place. */
  readonly set: (at: number, row: Float64Array) => void;
}

/** Creates a table with room for that number of rows. */
export function openTable(names: readonly string[], rows: number): Table {
  const columns = names.map((name) => ({
    name,
    kind: 'number' as const,
    values: new Float64Array(rows),
  }));
  return {
    data: { rows, columns },
    set: (at, row) => {
      for (let index = 0; index < columns.length; index += 1) {
        (columns[index] as (typeof columns)[number]).values[at] = row[index] as number;
      }
    },
  };
}

/** Copies a range of rows, in the same order, to columns of their own. */
function someRows(data: Dataset, from: number, to: number): Dataset {
  return {
    rows: to - from,
    columns: data.columns.map((column) => ({
      ...column,
      values: column.values.subarray(from, to),
    })),
  };
}
