import {
  type ListedCase,
  STATS_BY,
  type StatsRow,
} from '../../../../reactions/exceptions/index.ts';
import { iso } from '../../../../tracking/index.ts';
import { Filter } from '../../kit/choices.tsx';
import { Empty, Instant, ShipmentLink, Table } from '../../kit/pieces.tsx';
import { Layout } from '../layout.tsx';
import type { ConsoleDeps, PageCall } from '../visit.ts';
import { AT, State } from './case-page.tsx';
import { type ChartProps, ExceptionChart } from './chart.tsx';

/** Filters of the list, with their labels. */
export const SHOWN = [
  ['open', 'open'],
  ['merchant', 'waiting for the merchant'],
  ['overdue', 'overdue'],
  ['closed', 'closed'],
] as const;
export type Shown = (typeof SHOWN)[number][0];

interface ListProps {
  readonly deps: ConsoleDeps;
  readonly call: PageCall;
  readonly shown: Shown;
  readonly cases: readonly ListedCase[];
  readonly nextCursor: string | null;
  readonly chart: ChartProps;
  readonly by: (typeof STATS_BY)[number];
  readonly stats: readonly StatsRow[];
}

export function ExceptionsPage(props: ListProps) {
  const { deps, call, shown, cases, nextCursor, chart, by, stats } = props;
  const { assets } = deps;
  const nowMs = deps.parts.clock.nowMs();
  return (
    <Layout assets={assets} visitor={call.visitor} title="Cases" at={AT}>
      <h1>Cases</h1>
      <p class="lead">
        Parcels with problems, of all merchants. The statistics leave out cases that turned out to
        be no problem (retracted). They include cases of deleted parcels, which the list leaves out.
      </p>
      <ExceptionChart {...chart} />
      <h2>Opened in the last 90 days</h2>
      <ul class="filters" aria-label="Counted by">
        {STATS_BY.map((each) => (
          <Filter
            key={each}
            href={`${AT}?show=${shown}&by=${each}`}
            name={each}
            current={each === by}
          />
        ))}
      </ul>
      <Statistics by={by} stats={stats} />
      <h2>List</h2>
      <ul class="filters" aria-label="Which">
        {SHOWN.map(([name, called]) => (
          <Filter
            key={name}
            href={`${AT}?show=${name}&by=${by}`}
            name={called}
            current={name === shown}
          />
        ))}
      </ul>
      {cases.length === 0 ? (
        <Empty>No cases.</Empty>
      ) : (
        <Table
          label="Cases"
          head={['Opened', 'Kind', 'Parcel', 'Reason', 'Waiting for', 'Due', 'Owner']}
          stacks
        >
          {cases.map(({ is }) => (
            <tr key={is.id}>
              <td>
                <Instant at={iso(is.openedAtMs)} nowMs={nowMs} />
              </td>
              <td>
                <a href={`${AT}/${is.id}`}>{is.kind}</a> <State is={is} />
              </td>
              <td class="wrap">
                {is.carrier}{' '}
                {is.trackingNumber === null ? (
                  <span class="soft">deleted</span>
                ) : (
                  <ShipmentLink id={is.shipmentId} number={is.trackingNumber} />
                )}{' '}
                <span class="soft">{is.mode}</span>
              </td>
              <td>{is.reason ?? <span class="soft">none</span>}</td>
              <td>{is.waitingFor ?? '–'}</td>
              <td>{is.deadlineAtMs === null ? '–' : <Instant at={iso(is.deadlineAtMs)} />}</td>
              <td>{is.owner ?? '–'}</td>
            </tr>
          ))}
        </Table>
      )}
      {nextCursor !== null && (
        <a class="more" href={`${AT}?show=${shown}&by=${by}&cursor=${nextCursor}`}>
          Older
        </a>
      )}
    </Layout>
  );
}

function Statistics({ by, stats }: Pick<ListProps, 'by' | 'stats'>) {
  if (stats.length === 0) return <Empty>No cases.</Empty>;
  return (
    <Table
      label={`Cases by ${by}`}
      head={[
        by,
        'Cases',
        'Open',
        'Resolved',
        'Returned',
        'Claimed',
        'Overdue',
        'Median hours to close',
      ]}
      stacks
    >
      {stats.map((row) => (
        <tr key={row.group[by]}>
          <td class="wrap">{row.group[by] ?? <span class="soft">not known</span>}</td>
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
