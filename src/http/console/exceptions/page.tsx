import { type ListedCase, STATS_BY, type StatsRow } from '../../../reactions/exceptions/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { ChartFrame, niceMax } from '../kit/chart.tsx';
import { Filter } from '../kit/choices.tsx';
import { namedBy, useMessages, useReasons } from '../kit/language.ts';
import { DeskLayout } from '../kit/layout.tsx';
import { Empty, Instant, ModeName, Older, Table } from '../kit/pieces.tsx';
import type { DeskCall, DeskDeps } from '../kit/visit.ts';
import { ofWhose, WhoseFilter } from '../kit/whose.tsx';
import { AT, Parcel, State } from './case-page.tsx';

/** Filters of the list. */
export const SHOWN = ['open', 'merchant', 'overdue', 'closed'] as const;
export type Shown = (typeof SHOWN)[number];

interface ListProps {
  readonly deps: DeskDeps;
  readonly call: DeskCall;
  readonly shown: Shown;
  readonly cases: readonly ListedCase[];
  readonly nextCursor: string | null;
  readonly chart: ChartProps;
  readonly by: (typeof STATS_BY)[number];
  readonly stats: readonly StatsRow[];
}

export function ExceptionsPage(props: ListProps) {
  const { deps, call, shown, cases, nextCursor, chart, by, stats } = props;
  const nowMs = deps.parts.clock.nowMs();
  const words = useMessages().console.cases;
  const reasonOf = useReasons();
  const at = (query: Readonly<Record<string, string>>) =>
    `${AT}?${new URLSearchParams({ show: shown, by, ...query, ...ofWhose(call) })}`;
  return (
    <DeskLayout deps={deps} visitor={call.visitor} title={words.title} at={AT}>
      <h1>{words.title}</h1>
      <p class="lead">{words.lead}</p>
      <WhoseFilter call={call} path={AT} />
      <ExceptionChart {...chart} />
      <h2>{words.counted}</h2>
      <ul class="filters" aria-label={words.countedBy}>
        {STATS_BY.map((each) => (
          <Filter key={each} href={at({ by: each })} name={words.by[each]} current={each === by} />
        ))}
      </ul>
      <Statistics by={by} stats={stats} />
      <h2>{words.list}</h2>
      <ul class="filters" aria-label={words.which}>
        {SHOWN.map((name) => (
          <Filter
            key={name}
            href={at({ show: name })}
            name={words.shown[name]}
            current={name === shown}
          />
        ))}
      </ul>
      {cases.length === 0 ? (
        <Empty>{words.empty}</Empty>
      ) : (
        <Table label={words.title} head={Object.values(words.head)} stacks>
          {cases.map(({ exceptionCase }) => (
            <tr key={exceptionCase.id}>
              <td>
                <Instant at={iso(exceptionCase.openedAtMs)} nowMs={nowMs} />
              </td>
              <td>
                <a href={`${AT}/${exceptionCase.id}`}>{words.kinds[exceptionCase.kind]}</a>{' '}
                <State exceptionCase={exceptionCase} />
              </td>
              <td class="wrap">
                <Parcel exceptionCase={exceptionCase} /> <ModeName mode={exceptionCase.mode} />
              </td>
              <td>
                {exceptionCase.reason === null ? (
                  <span class="soft">{words.none}</span>
                ) : (
                  reasonOf(exceptionCase.reason)
                )}
              </td>
              <td>
                {exceptionCase.waitingFor === null ? '–' : words.waiting[exceptionCase.waitingFor]}
              </td>
              <td>
                {exceptionCase.deadlineAtMs === null ? (
                  '–'
                ) : (
                  <Instant at={iso(exceptionCase.deadlineAtMs)} />
                )}
              </td>
              <td>{exceptionCase.owner ?? '–'}</td>
            </tr>
          ))}
        </Table>
      )}
      {nextCursor !== null && <Older href={at({ cursor: nextCursor })} />}
    </DeskLayout>
  );
}

function Statistics({ by, stats }: Pick<ListProps, 'by' | 'stats'>) {
  const words = useMessages().console.cases;
  const group = useGroupName(by);
  if (stats.length === 0) return <Empty>{words.empty}</Empty>;
  return (
    <Table
      label={words.casesBy({ what: words.by[by] })}
      head={[words.by[by], ...Object.values(words.statistics)]}
      stacks
    >
      {stats.map((row) => (
        <tr key={row.group[by]}>
          <td class="wrap">{group(row.group[by]) ?? <span class="soft">{words.notKnown}</span>}</td>
          <td class="number">{row.cases}</td>
          <td class="number">{row.open}</td>
          <td class="number">{row.resolved}</td>
          <td class="number">{row.returned}</td>
          <td class="number">{row.claimed}</td>
          <td class="number">{row.overdue}</td>
          <td class="number">{row.medianHours ?? '–'}</td>
        </tr>
      ))}
    </Table>
  );
}

/** Names a group of cases: its kind and its reason have texts, and the others are data. */
function useGroupName(by: ListProps['by']) {
  const { kinds, none } = useMessages().console.cases;
  const reasonOf = useReasons();
  return (value: string | null | undefined) => {
    if (value == null) return null;
    if (by === 'reason') return value === 'none' ? none : reasonOf(value);
    return by === 'kind' ? namedBy(kinds, value) : value;
  };
}

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

function ExceptionChart({ rows, weeks }: ChartProps) {
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
