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
