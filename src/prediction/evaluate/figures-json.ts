import type { Baselines } from './evaluate.ts';
import type { Figures, PointFigures } from './figures.ts';

/** Figures for output: days to the hundredth, shares to the tenth of a per cent. */
export function figuresJson(figures: Figures) {
  return {
    ...pointJson(figures),
    coverage_80: share(figures.coverage80),
    width_80_days: days(figures.width80Days),
    by_month: figures.byMonth.map(({ month, n, coverage80, maeDays }) => ({
      month,
      n,
      coverage_80: share(coverage80),
      mae_days: days(maeDays),
    })),
    customer_date: {
      late_share: share(figures.customerDate.lateShare),
      days_earlier_than_promise: days(figures.customerDate.daysEarlierThanPromise),
    },
  };
}

export function evaluationJson(figures: Figures, { promise, laneStatic, laneRolling }: Baselines) {
  return {
    ...figuresJson(figures),
    baselines: {
      promise: pointJson(promise),
      lane_static: pointJson(laneStatic),
      lane_rolling: pointJson(laneRolling),
    },
  };
}

function pointJson({ n, maeDays, lateShare, within1Day, biasDays }: PointFigures) {
  return {
    n,
    mae_days: days(maeDays),
    late_share: share(lateShare),
    within_1_day: share(within1Day),
    bias_days: days(biasDays),
  };
}

/** Days rounded to the hundredth; null if there was nothing to judge. */
function days(value: number): number | null {
  return Number.isFinite(value) ? Math.round(value * 100) / 100 : null;
}

function share(value: number): number | null {
  return Number.isFinite(value) ? Math.round(value * 1_000) / 1_000 : null;
}
