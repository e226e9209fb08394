import type { StatsRow } from '../../../../reactions/exceptions/index.ts';

/** Weeks of cases as stacked columns: drawn here, without a script. */
export interface ChartProps {
  /** By week and kind. */
  readonly rows: readonly StatsRow[];
  /** Mondays, oldest first. */
  readonly weeks: readonly string[];
}

/** The most frequent ones have a colour of their own; more than six nobody tells apart. */
const SERIES_MAX = 6;
const HEIGHT = 160;
const COLUMN = 44;
const GAP = 10;
const LEFT = 34;
const BOTTOM = 22;

export function ExceptionChart({ rows, weeks }: ChartProps) {
  const series = seriesOf(rows);
  const totals = weeks.map((week) => sum(rows.filter(({ group }) => group.week === week)));
  const most = niceMax(Math.max(1, ...totals));
  const width = LEFT + weeks.length * COLUMN;
  const y = (cases: number) => HEIGHT - (cases / most) * HEIGHT;
  return (
    <figure class="chart">
      <svg
        viewBox={`0 0 ${width} ${HEIGHT + BOTTOM + 8}`}
        width={width}
        role="img"
        aria-label={`Exceptions opened in each of the last ${weeks.length} weeks: ${totals.join(', ')}.`}
      >
        <g transform="translate(0 8)">
          {[0, most / 2, most].map((value) => (
            <g key={value}>
              <line class="grid" x1={LEFT} x2={width} y1={y(value)} y2={y(value)} />
              <text class="axis" x={LEFT - 6} y={y(value) + 4} text-anchor="end">
                {value}
              </text>
            </g>
          ))}
          {weeks.map((week, nr) => {
            let below = 0;
            return (
              <g key={week}>
                {series.map((kind, at) => {
                  const cases = sum(
                    rows.filter(
                      ({ group }) => group.week === week && isOf(group.kind, kind, series),
                    ),
                  );
                  if (cases === 0) return null;
                  below += cases;
                  return (
                    <rect
                      key={kind}
                      class={`series-${at}`}
                      x={LEFT + nr * COLUMN + GAP / 2}
                      width={COLUMN - GAP}
                      y={y(below)}
                      height={(cases / most) * HEIGHT}
                    >
                      <title>{`${week}, ${kind}: ${cases}`}</title>
                    </rect>
                  );
                })}
                <text
                  class={(weeks.length - nr) % 2 === 1 ? 'axis' : 'axis second'}
                  x={LEFT + nr * COLUMN + COLUMN / 2}
                  y={HEIGHT + 16}
                  text-anchor="middle"
                >
                  {week.slice(5)}
                </text>
              </g>
            );
          })}
        </g>
      </svg>
      <figcaption>
        <ul class="legend">
          {series.map((kind, at) => (
            <li key={kind}>
              <svg width="10" height="10" aria-hidden="true">
                <rect class={`series-${at}`} width="10" height="10" />
              </svg>{' '}
              {kind}
            </li>
          ))}
        </ul>
      </figcaption>
    </figure>
  );
}

const REST = 'the rest';

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

/** An even number with few digits, so that its half is one too. */
function niceMax(most: number): number {
  const unit = 10 ** Math.floor(Math.log10(most));
  const nice = [1, 2, 4, 6, 8, 10].find((step) => step * unit >= most) ?? 10;
  return Math.max(2, nice * unit);
}

const WEEK_MS = 7 * 86_400_000;

/** The Mondays of as many weeks up to now, oldest first. */
export function lastWeeks(nowMs: number, count: number): readonly string[] {
  const day = new Date(nowMs);
  const monday = nowMs - ((day.getUTCDay() + 6) % 7) * 86_400_000;
  return Array.from({ length: count }, (_, nr) =>
    new Date(monday - (count - 1 - nr) * WEEK_MS).toISOString().slice(0, 10),
  );
}
