import { STATUSES } from '../../../kernel/status.ts';
import { MODES, type Mode } from '../../../kernel/tenant.ts';
import type { MerchantRow } from '../../../merchants/index.ts';
import type {
  Accuracy,
  AccuracyBy,
  AccuracyGroup,
  AccuracyQuery,
  DateFigures,
} from '../../../reactions/predictions/index.ts';
import { FilterMenu, MerchantMenu, ModeSegments, Segments } from '../../console/kit/choices.tsx';
import { useDates } from '../../console/kit/dates.ts';
import { namedBy, useMessages, useNumbers } from '../../console/kit/language.ts';
import { DeskLayout, PageHead, PageTabs } from '../../console/kit/layout.tsx';
import { useCarrierNames, useLaneNames } from '../../console/kit/names.ts';
import { Empty, Table } from '../../console/kit/pieces.tsx';
import { rateOf, PERCENT_LEAST as TELLING, useRates } from '../../console/kit/rates.ts';
import type { DeskDeps, DeskPageProps } from '../../console/kit/visit.ts';
import { AccuracyChart, SplitBar } from './console-chart.tsx';

const AT = '/console/hub/edd/accuracy';

/** Groupings; the first is the default. */
export const GROUPED = [
  'carrier',
  'lane',
  'stage',
  'service_level',
  'month',
  'source',
] as const satisfies readonly AccuracyBy[];
/** Which estimate is judged; a stage has its own last one. */
export const JUDGED = ['hand_over', 'first', 'last'] as const;
export const PERIODS = [30, 90, 365] as const;

/** The page's parameters. */
export interface AccuracyRequest {
  readonly by: (typeof GROUPED)[number];
  readonly at: (typeof JUDGED)[number];
  readonly days: (typeof PERIODS)[number];
  /** Null: both. */
  readonly mode: Mode | null;
  /** The merchant to filter by; null: all merchants. */
  readonly merchant: MerchantRow | null;
}

interface PageProps extends DeskPageProps {
  readonly wanted: AccuracyRequest;
  readonly query: AccuracyQuery;
  readonly merchants: readonly MerchantRow[];
  readonly total: Accuracy;
  readonly found: Accuracy;
}

/** The maximum number of groups in the chart; nobody compares more. */
const DRAWN_MAX = 12;
/** A single group is read in the table. */
const DRAWN_MIN = 2;

export function AccuracyPage({ deps, call, wanted, query, merchants, total, found }: PageProps) {
  const words = useMessages().console.deliveryDates;
  const { by } = wanted;
  const { leftOut } = found;
  const called = words.groups[by];
  const nameOf = useGroupNames(deps, by);
  const { date } = useDates(deps.parts.clock.nowMs());
  const named = (of: readonly AccuracyGroup[]) =>
    of.map((each) => ({ ...each, group: each.group && nameOf(each.group) }));
  const drawn = found.groups.filter(({ compared }) => compared.n >= TELLING).slice(0, DRAWN_MAX);
  const chart = named(by === 'month' || by === 'stage' ? drawn.toSorted(inTime) : drawn);
  const groups = named(found.groups);
  const all = total.groups.map((group) => ({ ...group, group: words.all }));
  const rows = [...all, ...groups];
  const hasBoth = ({ compared, warnings }: AccuracyGroup) => compared.n + warnings.n > 0;
  const both = rows.filter(hasBoth);
  const without = groups
    .filter((group) => !hasBoth(group))
    .map((each) => each.group ?? words.unknown);
  return (
    <DeskLayout deps={deps} visitor={call.visitor} title={words.title} at={AT} scope={wanted}>
      <PageHead title={words.title} />
      <PageTabs of="dates" at={AT} />
      <p class="lead">
        {words.lead({ from: date(found.countedFrom), to: date(query.to) })}
        {found.countedFrom > query.from && ` ${words.tooLong}`}
      </p>
      <AccuracyFilters wanted={wanted} merchants={merchants} />
      {groups.length === 0 ? (
        <Empty says={words.none} />
      ) : (
        <>
          <Summary rows={rows} called={called} />
          {chart.length >= DRAWN_MIN && (
            <>
              <h2>{words.chartTitle}</h2>
              <div class="card">
                <AccuracyChart groups={chart} />
              </div>
            </>
          )}
          <details open>
            <summary>{words.by({ group: called })}</summary>
            <p class="soft">{words.figuresMean({ least: TELLING })}</p>
            <Figures rows={rows} called={called} />
            {leftOut > 0 && <p class="soft">{words.leftOut({ count: leftOut })}</p>}
          </details>
          <details>
            <summary>{words.compared}</summary>
            {both.length === 0 ? (
              <Empty>{words.chartNone}</Empty>
            ) : (
              <>
                <p class="soft">{words.comparedMean}</p>
                <Compared rows={both} called={called} />
                {without.length > 0 && (
                  <p class="soft">{words.noneOfBoth({ groups: without.join(', ') })}</p>
                )}
              </>
            )}
          </details>
        </>
      )}
    </DeskLayout>
  );
}

/** Names the groups as the other pages do; months, sources and services have no other name. */
function useGroupNames(deps: DeskDeps, by: AccuracyRequest['by']): (group: string) => string {
  const statuses = useMessages().status.short;
  const carrierOf = useCarrierNames(deps);
  const laneOf = useLaneNames();
  if (by === 'carrier') return carrierOf;
  if (by === 'lane') return laneOf;
  return by === 'stage' ? (group) => namedBy(statuses, group) : (group) => group;
}

/** Months in order, stages in the order of a parcel's journey. */
function inTime({ group: one }: AccuracyGroup, { group: other }: AccuracyGroup): number {
  return STAGES.indexOf(one) - STAGES.indexOf(other) || (String(one) < String(other) ? -1 : 1);
}

const STAGES: readonly (string | null)[] = STATUSES;

function AccuracyFilters({ wanted, merchants }: Pick<PageProps, 'wanted' | 'merchants'>) {
  const words = useMessages().console.deliveryDates;
  const { by, at, days, mode, merchant } = wanted;
  const link = (other: Partial<AccuracyRequest>) => `${AT}?${queryOf({ ...wanted, ...other })}`;
  const periods = PERIODS.map((each) => ({
    href: link({ days: each }),
    name: each === PERIODS.at(-1) ? words.lastDays({ days: each }) : String(each),
    current: each === days,
  }));
  const groupings = GROUPED.map((each) => ({
    href: link({ by: each }),
    name: words.groups[each],
    current: each === by,
  }));
  const dates = JUDGED.map((each) => ({
    href: link({ at: each }),
    name: words.judged[each],
    current: each === at,
  }));
  return (
    <div class="chips">
      <Segments label={words.deliveredIn} choices={periods} />
      <ModeSegments
        {...{ mode, modes: [null, ...MODES] }}
        pathIn={(other) => link({ mode: other })}
      />
      <FilterMenu
        summary={words.groupedBy({ name: words.groups[by] })}
        label={words.comparedIn}
        choices={groupings}
      />
      {by !== 'stage' && (
        <FilterMenu
          summary={words.whichDate({ name: words.judged[at] })}
          label={words.date}
          choices={dates}
        />
      )}
      <MerchantMenu
        {...{ merchants, chosen: merchant }}
        pathOf={(other) => link({ merchant: other })}
        hasAll
      />
    </div>
  );
}

function queryOf({ by, at, days, mode, merchant }: AccuracyRequest): URLSearchParams {
  const of = merchant && { merchant: merchant.slug };
  return new URLSearchParams({ group_by: by, at, days: String(days), mode: mode ?? 'all', ...of });
}

interface TableProps {
  readonly rows: readonly AccuracyGroup[];
  readonly called: string;
}

const PARTIES = ['ours', 'carrier', 'promise'] as const;

/** The answer in one sentence; of enough parcels also a row for each group, its dates side by side. */
function Summary({ rows, called }: TableProps) {
  const words = useMessages().console.deliveryDates;
  const { days } = useFigures();
  const { rate } = useRates();
  const parties = PARTIES.filter((whose) => rows.some((row) => row[whose].n > 0));
  const [all] = rows;
  const total = parties[0] && all?.[parties[0]];
  if (total === undefined || total.lateShare === null) return null;
  // As precise as it is shown.
  const bias = Math.round((total.biasDays ?? 0) * 10) / 10;
  const when = bias === 0 ? 'other' : bias < 0 ? 'early' : 'late';
  const isTelling = rows.some((row) => parties.some((whose) => row[whose].n >= TELLING));
  return (
    <section class="card" aria-labelledby="summary">
      <h2 id="summary">{words.onTimeTitle}</h2>
      <p class="answer">
        {words.summary({ rate: rate(rateOf(1 - total.lateShare, total.n), 'announced') })}{' '}
        {total.n < TELLING ? (
          <span class="soft">{words.tooFew({ least: TELLING })}</span>
        ) : (
          words.average({ when, days: days(Math.abs(bias)) })
        )}
      </p>
      {isTelling && (
        <>
          <Table
            label={words.onTimeTitle}
            head={[titled(called), ...parties.map((whose) => titled(words.parties[whose]))]}
            stacks
          >
            {rows.map((row) => (
              <tr key={row.group}>
                <th scope="row">{row.group ?? words.unknown}</th>
                {parties.map((whose) => (
                  <td key={whose}>
                    <OnTime of={row[whose]} />
                  </td>
                ))}
              </tr>
            ))}
          </Table>
          <ul class="legend split-legend" aria-hidden="true">
            <li class="early">{words.early}</li>
            <li class="exact">{words.onTheDay}</li>
            <li class="late">{words.late}</li>
          </ul>
        </>
      )}
    </section>
  );
}

/** The share on time, with a bar where enough parcels say it: early, on the day, late. */
function OnTime({ of: { n, lateShare, exactShare } }: { readonly of: DateFigures }) {
  const words = useMessages().console.deliveryDates;
  const { part: said } = useFigures();
  const { rate } = useRates();
  if (n === 0 || lateShare === null || exactShare === null) return <span class="soft">–</span>;
  const shares = [
    ['early', words.early, Math.max(0, 1 - lateShare - exactShare)],
    ['exact', words.onTheDay, exactShare],
    ['late', words.late, lateShare],
  ] as const;
  const parts = shares.flatMap(([part, label, share]) =>
    share > 0 ? [{ part, share, text: `${label}: ${said(share, n)}` }] : [],
  );
  const isTelling = n >= TELLING;
  return (
    <span class={isTelling ? 'on-time' : 'soft'}>
      {isTelling && <SplitBar parts={parts} />}
      {words.onTimeShare({ rate: rate(rateOf(1 - lateShare, n)) })}
      {isTelling && <span class="unseen"> {parts.map(({ text }) => text).join(' · ')}</span>}
    </span>
  );
}

function Figures({ rows, called }: TableProps) {
  const words = useMessages().console.deliveryDates;
  const { days, signed, part } = useFigures();
  const head = [
    titled(called),
    words.estimateBy,
    words.parcels,
    words.meanError,
    words.onTheDay,
    words.within1Day,
    words.late,
    words.bias,
    words.inWindow,
    words.width,
  ];
  return (
    <Table label={words.datesBy({ group: called })} head={head} stacks>
      {rows.flatMap((row) =>
        PARTIES.flatMap((whose) => {
          const of: DateFigures = row[whose];
          if (of.n === 0) return [];
          return [
            <tr key={`${row.group} ${whose}`} class={of.n < TELLING ? 'soft' : undefined}>
              <th scope="row" class="kept">
                {row.group ?? words.unknown}
              </th>
              <td class="sentence">{words.parties[whose]}</td>
              <td class="number">{of.n}</td>
              <td class="number">{days(of.maeDays)}</td>
              <td class="number">{part(of.exactShare, of.n)}</td>
              <td class="number">{part(of.within1Day, of.n)}</td>
              <td class="number">{part(of.lateShare, of.n)}</td>
              <td class="number">{signed(of.biasDays)}</td>
              <td class="number">{part(of.coverage, of.n)}</td>
              <td class="number">{days(of.widthDays)}</td>
            </tr>,
          ];
        }),
      )}
    </Table>
  );
}

function Compared({ rows, called }: TableProps) {
  const words = useMessages().console.deliveryDates;
  const { days, part, brier } = useFigures();
  const head = [
    titled(called),
    words.withBoth,
    words.meanErrorHub,
    words.meanErrorCarrier,
    words.datesJudged,
    words.datesMissed,
    words.warnings,
    words.precision,
    words.recall,
    words.brier,
  ];
  return (
    <Table label={words.comparedBy({ group: called })} head={head} stacks>
      {rows.map(({ group, compared, warnings }) => (
        <tr key={group} class={compared.n < TELLING ? 'soft' : undefined}>
          <th scope="row" class="kept">
            {group ?? words.unknown}
          </th>
          <td class="number">{compared.n}</td>
          <td class="number">{days(compared.oursMaeDays)}</td>
          <td class="number">{days(compared.carrierMaeDays)}</td>
          <td class="number">{warnings.n}</td>
          <td class="number">{warnings.missed}</td>
          <td class="number">{warnings.warned}</td>
          <td class="number">{part(warnings.precision, warnings.warned)}</td>
          <td class="number">{part(warnings.recall, warnings.missed)}</td>
          <td class="number">{brier(warnings.brier)}</td>
        </tr>
      ))}
    </Table>
  );
}

function titled(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Writes figures as the reader does; a dash stands for none. */
function useFigures() {
  const inFigures = useNumbers();
  const { short } = useRates();
  const or = (write: (value: number) => string) => (value: number | null) =>
    value === null ? '–' : write(value);
  return {
    days: or((value) => inFigures(value, 1)),
    signed: or((value) => {
      const figure = inFigures(Math.abs(value), 2);
      if (value === 0) return figure;
      return `${value > 0 ? '+' : '−'}${figure}`;
    }),
    part: (share: number | null, of: number) => (share === null ? '–' : short(rateOf(share, of))),
    brier: or((value) => inFigures(value, 3)),
  };
}
