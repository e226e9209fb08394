import type { Baselines } from './evaluate.ts';
import type { Figures, PointFigures } from './figures.ts';

/**
 * Formats an evaluation as a table for people: our figures first, then the baselines, then month by
 * month.
 */
export function evaluationTable(figures: Figures, baselines: Baselines): string {
  const window = `  ${percent(figures.coverage80)} in ${days(figures.width80Days)} d`;
  const { lateShare, daysEarlierThanPromise } = figures.customerDate;
  return [
    line('', 'parcels', 'MAE d', 'late', '±1 day', 'bias d', '  80 % window'),
    row('prediction', figures, window),
    row('promise', baselines.promise),
    row('lane median, static', baselines.laneStatic),
    row('lane median, 60 days', baselines.laneRolling),
    '',
    `customer's date: late ${percent(lateShare)}, ${days(daysEarlierThanPromise)} d before the promise`,
    '',
    ...figures.byMonth.map(({ month, n, coverage80, maeDays }) =>
      line(month, String(n), days(maeDays), '', '', '', percent(coverage80)),
    ),
  ].join('\n');
}

function row(name: string, figures: PointFigures, window = ''): string {
  const { n, maeDays, lateShare, within1Day, biasDays } = figures;
  const cells = [days(maeDays), percent(lateShare), percent(within1Day), days(biasDays), window];
  return line(name, String(n), ...cells);
}

/** A window's cell is the widest, and last. */
const CELL_CHARS = 10;

function line(name: string, ...cells: readonly string[]): string {
  return (name.padEnd(22) + cells.map((cell) => cell.padStart(CELL_CHARS)).join('')).trimEnd();
}

function days(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2) : '-';
}

function percent(value: number): string {
  return Number.isFinite(value) ? `${(value * 100).toFixed(1)} %` : '-';
}
