import type { DriveTime } from '../ride/ride.ts';

/** Prediction and result; minutes. */
export interface Outcome {
  readonly said: DriveTime;
  readonly tookMin: number;
}

export interface PointFigures {
  readonly n: number;
  readonly maeMin: number;
  readonly within2Min: number;
  readonly within5Min: number;
  /** Actual minus predicted: positive is later than predicted. */
  readonly biasMin: number;
  /** Nine in ten errors are smaller. */
  readonly p90ErrorMin: number;
}

export interface WindowFigures extends PointFigures {
  readonly laterThanP50: number;
  readonly coverage80: number;
  readonly width80Min: number;
  /** The same share among those predicted to take a quarter of an hour or more. */
  readonly coverage80Predicted15: number;
}

const LONG_MIN = 15;

/** Figures about predictions and their results; NaN without data. */
export function pointFigures(
  pairs: readonly (readonly [saidMin: number, tookMin: number])[],
): PointFigures {
  const errors = pairs.map(([said, took]) => took - said);
  const sizes = errors.map(Math.abs).sort((a, b) => a - b);
  return {
    n: pairs.length,
    maeMin: mean(sizes),
    within2Min: mean(sizes.map((size) => (size <= 2 ? 1 : 0))),
    within5Min: mean(sizes.map((size) => (size <= 5 ? 1 : 0))),
    biasMin: mean(errors),
    p90ErrorMin: sizes[Math.floor(0.9 * sizes.length)] ?? Number.NaN,
  };
}

export function windowFigures(outcomes: readonly Outcome[]): WindowFigures {
  const isIn = ({ said, tookMin }: Outcome) => tookMin >= said.p10Min && tookMin <= said.p90Min;
  const coverage = (some: readonly Outcome[]) => mean(some.map((one) => (isIn(one) ? 1 : 0)));
  return {
    ...pointFigures(outcomes.map(({ said, tookMin }) => [said.p50Min, tookMin])),
    laterThanP50: mean(outcomes.map(({ said, tookMin }) => (tookMin > said.p50Min ? 1 : 0))),
    coverage80: coverage(outcomes),
    width80Min: mean(outcomes.map(({ said }) => said.p90Min - said.p10Min)),
    coverage80Predicted15: coverage(outcomes.filter(({ said }) => said.p50Min >= LONG_MIN)),
  };
}

function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
