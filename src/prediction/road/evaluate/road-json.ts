import type { RoadEvaluation } from './evaluate-rides.ts';
import type { PointFigures, WindowFigures } from './road-figures.ts';

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

/** The same evaluation as a table for people. */
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
  const widths = HEADINGS.map((_, nr) => Math.max(...table.map((row) => row[nr]?.length ?? 0)));
  return table
    .map((row) =>
      row
        .map((cell, nr) => cell.padEnd(widths[nr] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const HEADINGS = ['minutes', 'n', 'mae', 'within 2', 'within 5', 'bias', 'later', 'window of 80 %'];

function percent(share: number): string {
  return Number.isNaN(share) ? '' : `${(100 * share).toFixed(1)} %`;
}
