import { type LogWindow, OUTSIDE } from './quantile-trees.ts';

/** Upper ends of the predicted minutes that are calibrated together; the last group has no end. */
const GROUP_ENDS_MIN = [4, 7, 10, 15, 20] as const;
export const CALIBRATION_GROUPS = GROUP_ENDS_MIN.length + 1;
/** Bins of outcomes, in half windows from the middle; and their number. */
const STEP = 0.02;
export const CALIBRATION_STEPS = 300;
/** Daily decay of observations: about five days' worth is remembered. */
const FORGETTING = 0.8;
/**
 * Weight of the assumption that the trees are right, in outcomes, so that a few outcomes have
 * little effect.
 */
const PRIOR = 300;

/**
 * Stretches windows by their outcomes: conformal calibration of each end, by predicted length,
 * because what is right on average is too narrow for long drives. Learns from a day once it has
 * ended.
 */
export class WindowCalibrator {
  readonly #below: Float64Array[];
  readonly #above: Float64Array[];
  /** How far to stretch either end, for each group, by the observations up to the last day. */
  #stretch: (readonly [number, number])[];

  constructor(state: readonly (readonly [Float64Array, Float64Array])[] = []) {
    const counts = (index: number, side: 0 | 1) =>
      state[index]?.[side] ?? new Float64Array(CALIBRATION_STEPS + 1);
    this.#below = Array.from({ length: CALIBRATION_GROUPS }, (_, index) => counts(index, 0));
    this.#above = Array.from({ length: CALIBRATION_GROUPS }, (_, index) => counts(index, 1));
    this.#stretch = this.#computeStretches();
  }

  /** Returns the calibrated window. `minutes` is the middle of the window. */
  apply({ low, middle, high }: LogWindow, minutes: number): LogWindow {
    const [below, above] = this.#stretch[groupOf(minutes)] ?? [1, 1];
    return { low: middle - below * (middle - low), middle, high: middle + above * (high - middle) };
  }

  /** Records the outcome of a window that the trees predicted, in the same logarithms. */
  record({ low, middle, high }: LogWindow, minutes: number, outcome: number): void {
    const group = groupOf(minutes);
    const below = (middle - outcome) / (middle - low);
    const above = (outcome - middle) / (high - middle);
    addOutcome(this.#below[group], below);
    addOutcome(this.#above[group], above);
  }

  /** Ends a day: its outcomes count from now on, and older ones less. */
  closeDay(): void {
    for (const counts of [...this.#below, ...this.#above]) {
      for (let step = 0; step < counts.length; step += 1) {
        counts[step] = (counts[step] as number) * FORGETTING;
      }
    }
    this.#stretch = this.#computeStretches();
  }

  state(): [Float64Array, Float64Array][] {
    return this.#below.map((below, index) => [
      below,
      this.#above[index] ?? new Float64Array(CALIBRATION_STEPS + 1),
    ]);
  }

  #computeStretches(): (readonly [number, number])[] {
    return this.#below.map((below, index) => [stretchOf(below), stretchOf(this.#above[index])]);
  }
}

function groupOf(minutes: number): number {
  let group = 0;
  while (group < GROUP_ENDS_MIN.length && minutes >= (GROUP_ENDS_MIN[group] as number)) group += 1;
  return group;
}

function addOutcome(counts: Float64Array | undefined, halfWindows: number): void {
  if (counts === undefined) return;
  const step = Math.max(0, Math.min(CALIBRATION_STEPS, Math.ceil(halfWindows / STEP)));
  counts[step] = (counts[step] as number) + 1;
}

/**
 * The number of half windows that would have left the wanted share outside; 1 without observations.
 */
function stretchOf(counts: Float64Array = new Float64Array(CALIBRATION_STEPS + 1)): number {
  const observed = counts.reduce((sum, value) => sum + value, 0);
  if (observed === 0) return 1;
  const wanted = (1 - OUTSIDE) * observed;
  let sum = 0;
  let step = 0;
  for (; step < CALIBRATION_STEPS; step += 1) {
    sum += counts[step] as number;
    if (sum >= wanted) break;
  }
  return (observed * step * STEP + PRIOR) / (observed + PRIOR);
}
