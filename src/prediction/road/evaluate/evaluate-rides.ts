import type { TrainingOptions } from '../../gbdt/index.ts';
import { type DriveTime, MINUTE_MS } from '../ride/ride.ts';
import { RoadModel } from '../road-model.ts';
import { hourlyMinutes, straightMinutes } from '../straight-line.ts';
import {
  backtestRides,
  isDriven,
  type Judged,
  type RideBacktest,
  type RideHistory,
} from './backtest-rides.ts';

export interface RoadEvaluation {
  readonly backtest: RideBacktest;
  readonly departures: WindowFigures;
  readonly underWay: WindowFigures;
  readonly straight: PointFigures;
  readonly byHour: PointFigures;
}

/**
 * Evaluates how accurately the rides in `tested` would have been predicted from those in `train`.
 */
export function evaluateRides(
  train: RideHistory['rides'],
  tested: RideHistory['rides'],
  fixes: RideHistory['fixes'],
  training: TrainingOptions,
): RoadEvaluation {
  const model = new RoadModel();
  const backtest = backtestRides(model, train, tested, fixes, training);
  const { straight } = model.known();
  const ended = backtest.departures.flatMap(outcomeOf);
  return {
    backtest,
    departures: windowFigures(ended),
    underWay: windowFigures(
      backtest.moments.map(({ predicted, leftMin }) => ({ predicted, tookMin: leftMin })),
    ),
    straight: pointFigures(
      ended.map(({ ride, tookMin }) => [straightMinutes(straight, ride), tookMin]),
    ),
    byHour: pointFigures(
      ended.map(({ ride, tookMin }) => [hourlyMinutes(straight, ride), tookMin]),
    ),
  };
}

function outcomeOf({ ride, predicted }: Judged) {
  return isDriven(ride) ? [{ ride, predicted, tookMin: (ride.endMs - ride.atMs) / MINUTE_MS }] : [];
}

/** Prediction and result; minutes. */
interface Outcome {
  readonly predicted: DriveTime;
  readonly tookMin: number;
}

interface PointFigures {
  readonly n: number;
  readonly maeMin: number;
  readonly within2Min: number;
  readonly within5Min: number;
  /** Actual minus predicted: positive is later than predicted. */
  readonly biasMin: number;
  /** Nine in ten errors are smaller. */
  readonly p90ErrorMin: number;
}

interface WindowFigures extends PointFigures {
  readonly laterThanP50: number;
  readonly coverage80: number;
  readonly width80Min: number;
  /** The share of `coverage80` among rides predicted to take a quarter of an hour or more. */
  readonly coverage80Predicted15: number;
}

const LONG_MIN = 15;

/** Figures about predictions and their results; NaN without data. */
function pointFigures(
  pairs: readonly (readonly [saidMin: number, tookMin: number])[],
): PointFigures {
  const errors = pairs.map(([predicted, driven]) => driven - predicted);
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
  const isIn = ({ predicted, tookMin }: Outcome) =>
    tookMin >= predicted.p10Min && tookMin <= predicted.p90Min;
  const coverage = (some: readonly Outcome[]) => mean(some.map((one) => (isIn(one) ? 1 : 0)));
  return {
    ...pointFigures(outcomes.map(({ predicted, tookMin }) => [predicted.p50Min, tookMin])),
    laterThanP50: mean(
      outcomes.map(({ predicted, tookMin }) => (tookMin > predicted.p50Min ? 1 : 0)),
    ),
    coverage80: coverage(outcomes),
    width80Min: mean(outcomes.map(({ predicted }) => predicted.p90Min - predicted.p10Min)),
    coverage80Predicted15: coverage(
      outcomes.filter(({ predicted }) => predicted.p50Min >= LONG_MIN),
    ),
  };
}

function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/**
 * The output of `bench/literature.ts eta evaluate --json`: minutes to the hundredth of a second,
 * and shares of one.
 */
export function roadEvaluationJson({ departures, underWay, straight, byHour }: RoadEvaluation) {
  return {
    ...windowJson(departures),
    baselines: { straight: pointJson(straight), by_hour: pointJson(byHour) },
    under_way: windowJson(underWay),
  };
}

function windowJson(figures: WindowFigures) {
  return {
    ...pointJson(figures),
    coverage_80: rounded(figures.coverage80),
    width_80_min: rounded(figures.width80Min),
    later_than_p50: rounded(figures.laterThanP50),
    coverage_80_predicted_15: rounded(figures.coverage80Predicted15),
  };
}

function pointJson({ n, maeMin, within2Min, within5Min, biasMin, p90ErrorMin }: PointFigures) {
  return {
    n,
    mae_min: rounded(maeMin),
    within_2_min: rounded(within2Min),
    within_5_min: rounded(within5Min),
    bias_min: rounded(biasMin),
    p90_error_min: rounded(p90ErrorMin),
  };
}

/** The value rounded for output; null without data. */
function rounded(value: number): number | null {
  return Number.isFinite(value) ? Math.round(value * 10_000) / 10_000 : null;
}

/** Formats the evaluation as a table for people. */
export function roadEvaluationTable({
  departures,
  underWay,
  straight,
  byHour,
}: RoadEvaluation): string {
  const rows: readonly (readonly [string, PointFigures | WindowFigures])[] = [
    ['straight line', straight],
    ['straight line by hour', byHour],
    ['learned, at departure', departures],
    ['learned, under way', underWay],
  ];
  const cells = rows
    .filter(([, { n }]) => n > 0)
    .map(([name, figures]) => [
      name,
      String(figures.n),
      figures.maeMin.toFixed(2),
      percent(figures.within2Min),
      percent(figures.within5Min),
      figures.biasMin.toFixed(2),
      'coverage80' in figures ? percent(figures.laterThanP50) : '',
      'coverage80' in figures
        ? `${percent(figures.coverage80)} in ${figures.width80Min.toFixed(1)}`
        : '',
    ]);
  const table = [HEADINGS, ...cells];
  const widths = HEADINGS.map((_, index) =>
    Math.max(...table.map((row) => row[index]?.length ?? 0)),
  );
  return table
    .map((row) =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const HEADINGS = ['minutes', 'n', 'mae', 'within 2', 'within 5', 'bias', 'later', 'window of 80 %'];

function percent(share: number): string {
  return Number.isNaN(share) ? '' : `${(100 * share).toFixed(1)} %`;
}
