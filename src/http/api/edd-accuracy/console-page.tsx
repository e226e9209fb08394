import { STATUSES } from '../../../kernel/status.ts';
import type { MerchantRow } from '../../../merchants/index.ts';
import type {
  Accuracy,
  AccuracyBy,
  AccuracyGroup,
  AccuracyQuery,
  DateFigures,
} from '../../../reactions/predictions/index.ts';
import { Filter, MerchantOptions, ModeChoice } from '../../console/kit/choices.tsx';
import { Empty, Table } from '../../console/kit/pieces.tsx';
import { Layout } from '../../console/operators/layout.tsx';
import type { ConsoleDeps, PageCall } from '../../console/operators/visit.ts';
import { AccuracyChart } from './console-chart.tsx';

export const AT = '/ops/edd/accuracy';

/** Groupings with their labels; the first is the default. */
export const GROUPED = [
  ['carrier', 'carrier'],
  ['lane', 'trade lane'],
  ['stage', 'stage'],
  ['service_level', 'service level'],
  ['month', 'month'],
  ['source', 'source'],
] as const satisfies readonly (readonly [AccuracyBy, string])[];
/** Which estimate is judged; a stage has its own last one. */
export const JUDGED = [
  ['hand_over', 'date at hand-over'],
  ['first', 'first date'],
  ['last', 'last date'],
] as const;
export const PERIODS = [30, 90, 365] as const;
export const MODES = ['live', 'test'] as const;

/** The page's parameters. */
export interface AccuracyRequest {
  readonly by: AccuracyBy;
  readonly at: (typeof JUDGED)[number][0];
  readonly days: (typeof PERIODS)[number];
  readonly mode: (typeof MODES)[number];
  /** The merchant to filter by; null: all merchants. */
  readonly merchant: MerchantRow | null;
}

interface PageProps {
  readonly deps: ConsoleDeps;
  readonly call: PageCall;
  readonly wanted: AccuracyRequest;
  readonly query: AccuracyQuery;
  readonly merchants: readonly MerchantRow[];
  readonly total: Accuracy;
  readonly found: Accuracy;
}

/** The maximum number of groups in the chart; nobody compares more. */
const DRAWN_MAX = 12;

export function AccuracyPage({ deps, call, wanted, query, merchants, total, found }: PageProps) {
  const { by } = wanted;
  const { groups, leftOut } = found;
  const called = GROUPED.find(([name]) => name === by)?.[1] ?? by;
  const drawn = groups.filter(({ compared }) => compared.n > 0).slice(0, DRAWN_MAX);
  const chart = by === 'month' || by === 'stage' ? drawn.toSorted(inTime) : drawn;
  const all = total.groups.map((group) => ({ ...group, group: 'all' }));
  const rows = [...all, ...groups];
  return (
    <Layout assets={deps.assets} visitor={call.visitor} title="Delivery dates" at={AT}>
      <h1>Delivery dates</h1>
      <p class="lead">
        Compares the delivery dates that were shown with what happened, for parcels delivered from{' '}
        <span class="instant">{found.countedFrom}</span> to <span class="instant">{query.to}</span>.
        Errors are in calendar days: the day of delivery minus the day announced.
        {found.countedFrom > query.from &&
          ' The period is too long for one evaluation, so earlier days are left out.'}
      </p>
      <AccuracyFilters wanted={wanted} merchants={merchants} />
      {groups.length === 0 ? (
        <Empty>No parcel with a date was delivered in that time.</Empty>
      ) : (
        <>
          <h2>Mean error in days: the hub’s dates and the carrier’s</h2>
          {chart.length === 0 ? (
            <Empty>There is no parcel for which both the hub and the carrier had a date.</Empty>
          ) : (
            <AccuracyChart groups={chart} />
          )}
          <h2>By {called}</h2>
          <p class="soft">
            Bias: positive if parcels come later than announced. Window: the range of days announced
            for the delivery. Width: how many days that range has.
          </p>
          <Figures rows={rows} called={called} />
          {leftOut > 0 && (
            <p class="soft">
              {leftOut} smaller or older {leftOut === 1 ? 'group is' : 'groups are'} not shown; the
              API returns them.
            </p>
          )}
          <h2>Hub against carrier, and warnings of delays</h2>
          <p class="soft">
            Warnings are judged against the promised day or, without one, the carrier’s first date.
            Precision: the share of warnings that came true. Recall: of the days that were missed,
            the share that had a warning. Brier: the mean squared error of the stated probabilities;
            lower is better.
          </p>
          <Compared rows={rows} called={called} />
        </>
      )}
    </Layout>
  );
}

/** Months in order, stages in the order of a parcel's journey. */
function inTime({ group: one }: AccuracyGroup, { group: other }: AccuracyGroup): number {
  return STAGES.indexOf(one) - STAGES.indexOf(other) || (String(one) < String(other) ? -1 : 1);
}

const STAGES: readonly (string | null)[] = STATUSES;

function AccuracyFilters({ wanted, merchants }: Pick<PageProps, 'wanted' | 'merchants'>) {
  const { by, at, days, mode, merchant } = wanted;
  const link = (other: Partial<AccuracyRequest>) => `${AT}?${queryOf({ ...wanted, ...other })}`;
  return (
    <>
      <ul class="filters" aria-label="Grouped by">
        {GROUPED.map(([name, called]) => (
          <Filter key={name} href={link({ by: name })} name={called} current={name === by} />
        ))}
      </ul>
      {by !== 'stage' && (
        <ul class="filters" aria-label="Which date of each parcel">
          {JUDGED.map(([name, called]) => (
            <Filter key={name} href={link({ at: name })} name={called} current={name === at} />
          ))}
        </ul>
      )}
      <ul class="filters" aria-label="Delivered in">
        {PERIODS.map((each) => (
          <Filter
            key={each}
            href={link({ days: each })}
            name={`last ${each} days`}
            current={each === days}
          />
        ))}
      </ul>
      <form method="get" action={AT} class="row">
        {Object.entries({ group_by: by, at, days: String(days) }).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        <label for="merchant">Merchant</label>
        <select id="merchant" name="merchant">
          <option value="">all merchants</option>
          <MerchantOptions merchants={merchants} chosen={merchant?.slug} />
        </select>
        <ModeChoice mode={mode} />
        <button type="submit">Show</button>
      </form>
    </>
  );
}

function queryOf({ by, at, days, mode, merchant }: AccuracyRequest): URLSearchParams {
  const of = merchant && { merchant: merchant.slug };
  return new URLSearchParams({ group_by: by, at, days: String(days), mode, ...of });
}

interface TableProps {
  readonly rows: readonly AccuracyGroup[];
  readonly called: string;
}

const PARTIES = [
  ['ours', 'the hub'],
  ['carrier', 'the carrier'],
  ['promise', 'promised at checkout'],
] as const;

function Figures({ rows, called }: TableProps) {
  const head = [titled(called), 'Date by', 'Parcels', 'Mean error', 'On the day', '±1 day', 'Late'];
  return (
    <Table label={`Dates by ${called}`} head={[...head, 'Bias', 'In the window', 'Width']} stacks>
      {rows.flatMap((row) =>
        PARTIES.flatMap(([whose, name]) => {
          const of: DateFigures = row[whose];
          if (of.n === 0) return [];
          return [
            <tr key={`${row.group} ${whose}`}>
              <td class="wrap">{row.group ?? <span class="soft">not known</span>}</td>
              <td>{name}</td>
              <td class="number">{of.n}</td>
              <td class="number">{days(of.maeDays)}</td>
              <td class="number">{percent(of.exactShare)}</td>
              <td class="number">{percent(of.within1Day)}</td>
              <td class="number">{percent(of.lateShare)}</td>
              <td class="number">{signed(of.biasDays)}</td>
              <td class="number">{percent(of.coverage)}</td>
              <td class="number">{days(of.widthDays)}</td>
            </tr>,
          ];
        }),
      )}
    </Table>
  );
}

function Compared({ rows, called }: TableProps) {
  const head = [
    titled(called),
    'Parcels with both dates',
    'Mean error, hub',
    'Mean error, carrier',
    'Dates judged',
    'Dates missed',
  ];
  return (
    <Table
      label={`Compared by ${called}`}
      head={[...head, 'Warnings', 'Precision', 'Recall', 'Brier']}
      stacks
    >
      {rows.map(({ group, compared, warnings }) => (
        <tr key={group}>
          <td class="wrap">{group ?? <span class="soft">not known</span>}</td>
          <td class="number">{compared.n}</td>
          <td class="number">{days(compared.oursMaeDays)}</td>
          <td class="number">{days(compared.carrierMaeDays)}</td>
          <td class="number">{warnings.n}</td>
          <td class="number">{warnings.missed}</td>
          <td class="number">{warnings.warned}</td>
          <td class="number">{percent(warnings.precision)}</td>
          <td class="number">{percent(warnings.recall)}</td>
          <td class="number">{warnings.brier === null ? '–' : warnings.brier.toFixed(3)}</td>
        </tr>
      ))}
    </Table>
  );
}

function titled(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function days(value: number | null): string {
  return value === null ? '–' : value.toFixed(2);
}

function signed(value: number | null): string {
  return value === null ? '–' : `${value > 0 ? '+' : ''}${value.toFixed(2)}`;
}

function percent(share: number | null): string {
  return share === null ? '–' : `${(share * 100).toFixed(1)} %`;
}
