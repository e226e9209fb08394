import { capitalized } from '../../../kernel/capitalized.ts';
import type { Mode } from '../../../kernel/tenant.ts';
import { numberFormat } from '../../../kernel/time/formatters.ts';
import { localeOf } from '../../../platform/messages/catalogue.ts';
import { addWeeks, mondayOf } from '../../../reactions/analytics/index.ts';
import {
  type CaseCounts,
  type ExceptionCase,
  STATS_BY,
  type StatsRow,
} from '../../../reactions/exceptions/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { ChartFrame, niceMax } from '../kit/chart.tsx';
import { Segments, Tabs } from '../kit/choices.tsx';
import { useDates } from '../kit/dates.ts';
import { PostForm } from '../kit/fields.tsx';
import { Icon } from '../kit/icons.tsx';
import { namedBy, useMessages, useReasons, useSpoken } from '../kit/language.ts';
import { DeskLayout, PageHead } from '../kit/layout.tsx';
import { useCarrierNames, useLaneNames } from '../kit/names.ts';
import { Empty, Instant, Moment, Older, Scroller, Table } from '../kit/pieces.tsx';
import type { DeskDeps, DeskPageProps } from '../kit/visit.ts';
import { casesOf, isOfCurrent, ofCases, WhoseFilter } from '../kit/whose.tsx';
import type { ShownShipment } from '../shipments/listing.ts';
import { AT, nextOfCase, ParcelLink, useTitle } from './case-page.tsx';
import { Due, State } from './due.tsx';
import { isForUs } from './suggested.ts';

/** The tabs of the queue. */
export const SHOWN = ['open', 'merchant', 'mine', 'unassigned', 'overdue', 'closed'] as const;
export type Shown = (typeof SHOWN)[number];

/** What can be done with several cases. */
export const BULK = ['take', 'resolve', 'reopen'] as const;

/** The groups of statistics by which the queue can be narrowed. */
const LISTED_BY = ['carrier', 'reason', 'kind'] as const;

export function isListedBy(by: (typeof STATS_BY)[number]): by is (typeof LISTED_BY)[number] {
  return LISTED_BY.some((each) => each === by);
}

interface ListProps extends DeskPageProps {
  readonly shown: Shown;
  readonly cases: readonly ExceptionCase[];
  /** By id; only of the merchant whose pages these are. */
  readonly parcels: ReadonlyMap<string, ShownShipment>;
  readonly counts: CaseCounts;
  readonly nextCursor: string | null;
  readonly chart: ChartProps;
  readonly by: (typeof STATS_BY)[number];
  /** The only group of these whose cases are listed; null: those of all. */
  readonly only: string | null;
  readonly stats: readonly StatsRow[];
}

export function ExceptionsPage(props: ListProps) {
  const { deps, call, shown, cases, counts, nextCursor, chart, by, only, stats } = props;
  const words = useMessages().console.cases;
  const { clearFilters } = useMessages().desk.shipments;
  const groupName = useGroupName(deps, by);
  const narrowed = only === null ? {} : { only };
  const pathTo = (query: Readonly<Record<string, string>>) =>
    `${AT}?${new URLSearchParams({ show: shown, by, ...query, ...ofCases(call) })}`;
  const pathWith = (query: Readonly<Record<string, string>>) => pathTo({ ...narrowed, ...query });
  return (
    <DeskLayout
      {...{ deps, title: words.title, at: AT }}
      visitor={call.visitor}
      notice={bulkNotice(words, call.query)}
    >
      <PageHead title={words.title}>
        <WhoseFilter call={call} path={AT} whose={casesOf(call)} />
      </PageHead>
      <Tabs
        label={words.title}
        tabs={SHOWN.map((name) => ({
          href: pathWith({ show: name }),
          name: words.shown[name],
          count: name === 'closed' ? null : counts[name],
          isCurrent: name === shown,
          isUrgent: (name === 'merchant' || name === 'overdue') && counts[name] > 0,
        }))}
      />
      {only !== null && (
        <p class="chips">
          <span class="sentence">
            {words.by[by]}: {groupName(only)}
          </span>
          <a href={pathTo({})}>{clearFilters}</a>
        </p>
      )}
      {cases.length === 0 ? <Nothing shown={shown} /> : <Queue {...props} />}
      {nextCursor !== null && <Older href={pathWith({ cursor: nextCursor })} />}
      <details open={call.query.has('by') && only === null}>
        <summary>{words.counted}</summary>
        <p class="soft">{words.lead}</p>
        <ExceptionChart {...chart} nowMs={deps.parts.clock.nowMs()} />
        <div class="chips">
          <Segments
            label={words.countedBy}
            choices={STATS_BY.map((each) => ({
              href: pathTo({ by: each }),
              name: words.by[each],
              current: each === by,
            }))}
          />
        </div>
        <Statistics {...{ deps, by, stats, pathTo }} />
      </details>
    </DeskLayout>
  );
}

type Words = ReturnType<typeof useMessages>['console']['cases'];

/** What an action on several cases did; null: there was none. */
function bulkNotice(words: Words, query: URLSearchParams): string | null {
  const did = BULK.find((each) => each === query.get('did'));
  if (did === undefined) return null;
  const numberIn = (name: string) => Math.trunc(Number(query.get(name))) || 0;
  const left = numberIn('left');
  const done = words.bulkDone[did]({ count: numberIn('count') });
  return left > 0 ? `${done} ${words.bulkLeft({ count: left })}` : done;
}

/** An empty queue is a success. */
function Nothing({ shown }: Pick<ListProps, 'shown'>) {
  const words = useMessages().console.cases;
  if (shown === 'closed') {
    return (
      <Empty>
        {words.empty} <a href={AT}>{words.showOpen}</a>
      </Empty>
    );
  }
  return (
    <div class="success">
      <Icon name="done" />
      <h2>{words.nothing}</h2>
      <p class="soft">{words.nothingLead}</p>
    </div>
  );
}

/** The order in which a row shows them. */
const COLUMNS = [
  ...(['kind', 'parcel', 'recipient', 'waiting', 'next'] as const),
  ...(['due', 'owner', 'opened'] as const),
] as const;
/** The same for closed cases, with which nothing is left to do. */
const CLOSED_COLUMNS = ['kind', 'parcel', 'recipient', 'outcome', 'closedOn', 'took'] as const;

function Queue({ deps, call, shown, cases, parcels, by, only }: ListProps) {
  const words = useMessages().console.cases;
  const { closedOn, took, outcome, waitingFor: waiting } = words;
  const names = { ...words.head, closedOn, took, outcome, waiting };
  const whose = casesOf(call);
  // In a list of one merchant, the account box names it.
  const isOfSeveral =
    whose === null && new Set(cases.map((each) => `${each.merchantId} ${each.mode}`)).size > 1;
  const mayAct = call.may('shipments:change') && isOfCurrent(call, whose);
  const merchants = new Map(
    call.visitor.memberships.map(({ tenant, name }) => [tenant.merchantId, name]),
  );
  const table = (
    <Scroller label={words.title}>
      <table class="rows cases standard">
        <thead>
          <tr>
            {mayAct && (
              <th scope="col" class="choose">
                <input type="checkbox" aria-label={words.chooseAll} />
              </th>
            )}
            {(shown === 'closed' ? CLOSED_COLUMNS : COLUMNS).map((column) => (
              <th key={column} scope="col" data-col={column}>
                {names[column]}
              </th>
            ))}
            {isOfSeveral && (
              <th scope="col" data-col="merchant">
                {words.merchant}
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {cases.map((each) => (
            <CaseRow
              key={each.id}
              {...{ it: each, mayAct, nowMs: deps.parts.clock.nowMs() }}
              parcel={parcels.get(each.shipmentId)}
              merchant={isOfSeveral ? (merchants.get(each.merchantId) ?? '') : null}
              mode={call.tenant.mode}
              deps={deps}
            />
          ))}
        </tbody>
      </table>
    </Scroller>
  );
  if (!mayAct) return table;
  const acts = shown === 'closed' ? (['reopen'] as const) : (['take', 'resolve'] as const);
  return (
    <PostForm to={AT}>
      <input type="hidden" name="show" value={shown} />
      <input type="hidden" name="by" value={by} />
      {only !== null && <input type="hidden" name="only" value={only} />}
      {table}
      <div class="bulk">
        <b data-selected={words.selected({ n: '{n}' })} />
        {acts.map((each) => (
          <button key={each} type="submit" name="do" value={each}>
            {words.bulk[each]}
          </button>
        ))}
      </div>
    </PostForm>
  );
}

interface RowProps {
  readonly it: ExceptionCase;
  readonly deps: DeskDeps;
  readonly parcel: ShownShipment | undefined;
  /** The name of its merchant; null: the list is of one merchant. */
  readonly merchant: string | null;
  /** Of the page, which names it; rows name only another one. */
  readonly mode: Mode;
  readonly mayAct: boolean;
  readonly nowMs: number;
}

function CaseRow({ deps, it, parcel, merchant, mode, mayAct, nowMs }: RowProps) {
  const words = useMessages().console.cases;
  const { modes } = useMessages().desk.frame;
  const carrier = useCarrierNames(deps)(it.carrier);
  const { title, reason } = useTitle(it);
  const of = { exceptionCase: it, nowMs };
  return (
    <tr data-row={it.id}>
      {mayAct && (
        <td class="choose">
          <input
            type="checkbox"
            name="id"
            value={it.id}
            aria-label={words.chooseOne({ number: it.trackingNumber ?? title })}
          />
        </td>
      )}
      <td class="main">
        <a href={`${AT}/${it.id}`}>{title}</a> <span class="soft">{reason}</span>
      </td>
      <td data-col="parcel">
        <ParcelLink exceptionCase={it} /> <span class="soft">{parcel?.order_ids[0]}</span>
      </td>
      <td data-col="recipient">
        {parcel?.recipient} <span class="soft">{carrier}</span>
      </td>
      {it.state === 'closed' ? (
        <ClosedCells {...of} />
      ) : (
        <OpenCells {...{ ...of, parcel, mayAct }} />
      )}
      {merchant !== null && (
        <td data-col="merchant">
          {merchant} {it.mode !== mode && <span class="soft">{modes[it.mode]}</span>}
        </td>
      )}
    </tr>
  );
}

type CellsProps = Pick<RowProps, 'nowMs'> & { readonly exceptionCase: ExceptionCase };

/** What somebody should do about an open case, until when, and who. */
function OpenCells(props: CellsProps & Pick<RowProps, 'parcel' | 'mayAct'>) {
  const { exceptionCase, nowMs, parcel, mayAct } = props;
  const words = useMessages().console.cases;
  const { id, owner, openedAtMs, waitingFor, trackingNumber } = exceptionCase;
  const waiting = waitingFor === null ? '–' : words.waiting[waitingFor];
  const next = nextOfCase(words, { exceptionCase, nowMs, status: parcel?.status });
  return (
    <>
      <td data-col="waiting" class="sentence">
        <span class="since">{words.waitingFor}: </span>
        {isForUs(exceptionCase, nowMs) ? (
          <b>{words.waiting.merchant}</b>
        ) : (
          <span class="soft">{waiting}</span>
        )}
      </td>
      <td data-col="next">
        <span title={next}>{next}</span>
      </td>
      <td data-col="due">
        <Due {...{ exceptionCase, nowMs }} />
      </td>
      <td data-col="owner">
        {owner ??
          (mayAct ? (
            <button type="submit" class="take" name="take" value={id}>
              {words.take}
              <span class="unseen">{` ${trackingNumber ?? ''}`}</span>
            </button>
          ) : (
            <span class="soft">{words.shown.unassigned}</span>
          ))}
      </td>
      <td data-col="opened" class="soft">
        <Instant at={iso(openedAtMs)} nowMs={nowMs} />
      </td>
    </>
  );
}

/** How a closed case ended, when, and how long it was open. */
function ClosedCells({ exceptionCase, nowMs }: CellsProps) {
  const took = useTook();
  const { openedAtMs, closedAtMs } = exceptionCase;
  return (
    <>
      <td data-col="outcome">
        <State {...{ exceptionCase, nowMs }} />
      </td>
      <td data-col="closedOn">
        <Moment at={closedAtMs === null ? null : iso(closedAtMs)} nowMs={nowMs} />
      </td>
      <td data-col="took">{took(((closedAtMs ?? openedAtMs) - openedAtMs) / 3_600_000)}</td>
    </>
  );
}

interface StatisticsProps extends Pick<ListProps, 'deps' | 'by' | 'stats'> {
  readonly pathTo: (query: Readonly<Record<string, string>>) => string;
}

function Statistics({ deps, by, stats, pathTo }: StatisticsProps) {
  const words = useMessages().console.cases;
  const group = useGroupName(deps, by);
  const took = useTook();
  if (stats.length === 0) return <Empty>{words.empty}</Empty>;
  const most = Math.max(...stats.map(({ cases }) => cases));
  return (
    <Table
      label={words.casesBy({ what: words.by[by] })}
      head={[capitalized(words.by[by]), ...Object.values(words.statistics)]}
      stacks
    >
      {stats.map((row) => {
        const of = row.group[by];
        const isListed = isListedBy(by) && of != null && of !== NO_REASON && row.open > 0;
        return (
          <tr key={of}>
            <td class="wrap">
              <span class="sentence">
                {group(of) ?? <span class="soft">{words.notKnown}</span>}
              </span>
            </td>
            <td class="number">
              <span class="share">
                <meter class="bare" min={0} max={most} value={row.cases} aria-hidden="true" />
                <span>{row.cases}</span>
              </span>
            </td>
            <td class="number">
              {isListed ? <a href={pathTo({ show: 'open', only: of })}>{row.open}</a> : row.open}
            </td>
            <td class="number">{row.resolved}</td>
            <td class="number">{row.returned}</td>
            <td class="number">{row.claimed}</td>
            <td class="number">{row.overdue}</td>
            <td class="number">{row.medianHours === null ? '–' : took(row.medianHours)}</td>
          </tr>
        );
      })}
    </Table>
  );
}

/** Writes how long a case was open: in hours, from two days on in days; inside components only. */
function useTook(): (hours: number) => string {
  const locale = localeOf(useSpoken().language);
  return (exact) => {
    const hours = Math.max(1, Math.round(exact));
    const [count, unit] = hours < 48 ? [hours, 'hour'] : [Math.round(hours / 24), 'day'];
    return numberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(count);
  };
}

/** The group of cases without a reason. */
const NO_REASON = 'none';

/** Names a group of cases, each as the other pages do; places are data. */
function useGroupName(deps: DeskDeps, by: ListProps['by']) {
  const { kinds, none } = useMessages().console.cases;
  const reasonOf = useReasons();
  const carrierOf = useCarrierNames(deps);
  const laneOf = useLaneNames();
  const dates = useDates(deps.parts.clock.nowMs());
  return (value: string | null | undefined) => {
    if (value == null) return null;
    if (by === 'reason') return value === NO_REASON ? none : reasonOf(value);
    if (by === 'carrier') return carrierOf(value);
    if (by === 'lane') return value.includes('?') ? null : laneOf(value);
    if (by === 'week') return dates.day(value);
    return by === 'kind' ? namedBy(kinds, value) : value;
  };
}

/** Weeks of cases as stacked columns, rendered here without a script. */
interface ChartProps {
  /** The number of cases by week and kind. */
  readonly rows: readonly StatsRow[];
  /** Mondays, oldest first. */
  readonly weeks: readonly string[];
}

/** The most frequent ones have their own colour; more than six are hard to distinguish. */
const SERIES_MAX = 6;
const COLUMN = 44;
const GAP = 10;

function ExceptionChart({ rows, weeks, nowMs }: ChartProps & Pick<RowProps, 'nowMs'>) {
  const words = useMessages().console.cases;
  const days = useDates(nowMs);
  const series = seriesOf(rows);
  const names = series.map((kind) => (kind === REST ? words.rest : namedBy(words.kinds, kind)));
  const totals = weeks.map((week) => sum(rows.filter(({ group }) => group.week === week)));
  return (
    <ChartFrame
      label={words.chart({ weeks: weeks.length, totals: totals.join(', ') })}
      names={weeks.map(days.date)}
      columnWidth={COLUMN}
      most={niceMax(Math.max(1, ...totals))}
      series={names}
      column={(index, x, y) => {
        const week = weeks[index];
        let below = 0;
        return series.map((kind, at) => {
          const cases = sum(
            rows.filter(({ group }) => group.week === week && countsIn(group.kind, kind, series)),
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
              <title>{`${week && days.date(week)}, ${names[at]}: ${cases}`}</title>
            </rect>
          );
        });
      }}
    />
  );
}

/** The series of all kinds without one of their own; no kind of case has this name. */
const REST = '';

/** The kinds that get a series, the most frequent first; `REST` if there are too many for that. */
function seriesOf(rows: readonly StatsRow[]): readonly string[] {
  const totals = new Map<string, number>();
  for (const { group, cases } of rows) {
    const kind = group.kind ?? REST;
    totals.set(kind, (totals.get(kind) ?? 0) + cases);
  }
  const kinds = [...totals].sort(([, a], [, b]) => b - a).map(([kind]) => kind);
  return kinds.length <= SERIES_MAX ? kinds : [...kinds.slice(0, SERIES_MAX - 1), REST];
}

/** Whether a case of this kind counts in the series `wanted`. */
function countsIn(
  kind: string | null | undefined,
  wanted: string,
  series: readonly string[],
): boolean {
  return wanted === REST ? !series.includes(kind ?? REST) : kind === wanted;
}

function sum(rows: readonly StatsRow[]): number {
  return rows.reduce((total, { cases }) => total + cases, 0);
}

/** The Mondays of that many weeks up to now, oldest first. */
export function lastWeeks(nowMs: number, count: number): readonly string[] {
  const monday = mondayOf(new Date(nowMs).toISOString().slice(0, 10));
  return Array.from({ length: count }, (_, index) => addWeeks(monday, index + 1 - count));
}
