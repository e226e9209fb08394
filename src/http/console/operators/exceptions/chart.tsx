import type { StatsRow } from '../../../../reactions/exceptions/index.ts';
import { ChartFrame, niceMax } from '../../kit/chart.tsx';
import { namedBy, useMessages } from '../../kit/language.ts';

/** Weeks of cases as stacked columns, rendered here without a script. */
export interface ChartProps {
  /** The number of cases by week and kind. */
  readonly rows: readonly StatsRow[];
  /** Mondays, oldest first. */
  readonly weeks: readonly string[];
}

/** The most frequent ones have their own colour; more than six are hard to distinguish. */
const SERIES_MAX = 6;
const COLUMN = 44;
const GAP = 10;

export function ExceptionChart({ rows, weeks }: ChartProps) {
  const words = useMessages().console.cases;
  const series = seriesOf(rows);
  const names = series.map((kind) => (kind === REST ? words.rest : namedBy(words.kinds, kind)));
  const totals = weeks.map((week) => sum(rows.filter(({ group }) => group.week === week)));
  return (
    <ChartFrame
      label={words.chart({ weeks: weeks.length, totals: totals.join(', ') })}
      names={weeks.map((week) => week.slice(5))}
      columnWidth={COLUMN}
      most={niceMax(Math.max(1, ...totals))}
      series={names}
      column={(nr, x, y) => {
        const week = weeks[nr];
        let below = 0;
        return series.map((kind, at) => {
          const cases = sum(
            rows.filter(({ group }) => group.week === week && isOf(group.kind, kind, series)),
          );
          if (cases === 0) return null;
          below += cases;
          return (
            <rect
              key={kind}
              class={`series-${at}`}
              x={x + GAP / 2}
              width={COLUMN - GAP}
              y={y(below)}
              height={y(below - cases) - y(below)}
            >
              <title>{`${week}, ${names[at]}: ${cases}`}</title>
            </rect>
          );
        });
      }}
    />
  );
}

/** No kind of case has this name. */
const REST = '';

function seriesOf(rows: readonly StatsRow[]): readonly string[] {
  const totals = new Map<string, number>();
  for (const { group, cases } of rows) {
    const kind = group.kind ?? REST;
    totals.set(kind, (totals.get(kind) ?? 0) + cases);
  }
  const kinds = [...totals].sort(([, a], [, b]) => b - a).map(([kind]) => kind);
  return kinds.length <= SERIES_MAX ? kinds : [...kinds.slice(0, SERIES_MAX - 1), REST];
}

function isOf(kind: string | null | undefined, wanted: string, series: readonly string[]): boolean {
  return wanted === REST ? !series.includes(kind ?? REST) : kind === wanted;
}

function sum(rows: readonly StatsRow[]): number {
  return rows.reduce((total, { cases }) => total + cases, 0);
}

const WEEK_MS = 7 * 86_400_000;

/** The Mondays of that many weeks up to now, oldest first. */
export function lastWeeks(nowMs: number, count: number): readonly string[] {
  const day = new Date(nowMs);
  const monday = nowMs - ((day.getUTCDay() + 6) % 7) * 86_400_000;
  return Array.from({ length: count }, (_, nr) =>
    new Date(monday - (count - 1 - nr) * WEEK_MS).toISOString().slice(0, 10),
  );
}
