import {
  type CaseView,
  type Claim,
  type Evidence,
  type ExceptionCase,
  type ListedCase,
  RESOLVED_TO,
  STATS_BY,
  type StatsRow,
} from '../../../reactions/exceptions/index.ts';
import { iso } from '../../../tracking/index.ts';
import { type ChartProps, ExceptionChart } from './exception-chart.tsx';
import { Layout } from './parts/layout.tsx';
import { Action, Empty, Instant, Table, Tag } from './parts/pieces.tsx';
import type { ConsoleDeps, PageCall, Visitor } from './visit.ts';

const AT = '/ops/exceptions';

/** What the list may be narrowed to: its address, and what it is called. */
export const SHOWN = [
  ['open', 'open'],
  ['merchant', 'for the merchant'],
  ['overdue', 'overdue'],
  ['closed', 'closed'],
] as const;
export type Shown = (typeof SHOWN)[number][0];

interface ListProps {
  readonly deps: ConsoleDeps;
  readonly call: PageCall;
  readonly notice: string | null;
  readonly shown: Shown;
  readonly cases: readonly ListedCase[];
  readonly nextCursor: string | null;
  readonly chart: ChartProps;
  readonly by: (typeof STATS_BY)[number];
  readonly stats: readonly StatsRow[];
}

export function ExceptionsPage(props: ListProps) {
  const { deps, call, notice, shown, cases, nextCursor, chart, by, stats } = props;
  const { assets } = deps;
  const nowMs = deps.parts.clock.nowMs();
  return (
    <Layout {...{ assets, visitor: call.visitor, notice }} title="Exceptions" at={AT}>
      <h1>Exceptions</h1>
      <p class="lead">
        Parcels in trouble, of all merchants. What was taken back is in no figure; what was erased
        is in the figures only.
      </p>
      <ExceptionChart {...chart} />
      <h2>Last 90 days</h2>
      <ul class="filters" aria-label="Counted by">
        {STATS_BY.map((each) => (
          <Filter key={each} href={`${AT}?show=${shown}&by=${each}`} name={each} on={each === by} />
        ))}
      </ul>
      {stats.length === 0 ? (
        <Empty>There was none.</Empty>
      ) : (
        <Table
          label={`Exceptions by ${by}`}
          head={[by, 'Cases', 'Open', 'Resolved', 'Returned', 'Claimed', 'Overdue', 'Median hours']}
        >
          {stats.map((row) => (
            <tr key={row.group[by]}>
              <td class="wrap">{row.group[by] ?? <span class="soft">not known</span>}</td>
              <td>{row.cases}</td>
              <td>{row.open}</td>
              <td>{row.resolved}</td>
              <td>{row.returned}</td>
              <td>{row.claimed}</td>
              <td>{row.overdue}</td>
              <td>{row.medianHours ?? '–'}</td>
            </tr>
          ))}
        </Table>
      )}
      <h2>Cases</h2>
      <ul class="filters" aria-label="Which">
        {SHOWN.map(([name, called]) => (
          <Filter
            key={name}
            href={`${AT}?show=${name}&by=${by}`}
            name={called}
            on={name === shown}
          />
        ))}
      </ul>
      {cases.length === 0 ? (
        <Empty>There is none.</Empty>
      ) : (
        <Table
          label="Cases"
          head={['Opened', 'Kind', 'Parcel', 'Reason', 'Waits for', 'Until', 'Owner']}
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
                {is.carrier} <code>{is.trackingNumber}</code> <span class="soft">{is.mode}</span>
              </td>
              <td>{is.reason ?? <span class="soft">none</span>}</td>
              <td>{is.waitsFor ?? '–'}</td>
              <td>{is.deadlineAtMs === null ? '–' : <Instant at={iso(is.deadlineAtMs)} />}</td>
              <td>{is.owner ?? '–'}</td>
            </tr>
          ))}
        </Table>
      )}
      {nextCursor !== null && (
        <a class="more" href={`${AT}?show=${shown}&by=${by}&cursor=${nextCursor}`}>
          Older ones
        </a>
      )}
    </Layout>
  );
}

function Filter(props: { href: string; name: string; on: boolean }) {
  return (
    <li>
      <a href={props.href} aria-current={props.on ? 'true' : undefined}>
        {props.name}
      </a>
    </li>
  );
}

function State({ is }: { readonly is: ExceptionCase }) {
  if (is.state === 'closed') return <Tag tone="good">{is.outcome}</Tag>;
  if (is.overdueAtMs !== null) return <Tag tone="bad">overdue</Tag>;
  return <Tag tone="warn">open</Tag>;
}

interface OneProps {
  readonly deps: ConsoleDeps;
  readonly call: PageCall;
  readonly notice: string | null;
  readonly merchant: string;
  readonly view: CaseView;
  readonly claims: readonly Claim[];
  readonly evidence: readonly Evidence[];
}

export function ExceptionPage(props: OneProps) {
  const { deps, call, notice, merchant, view, claims, evidence } = props;
  const { visitor } = call;
  const { is, shipment, history } = view;
  const nowMs = deps.parts.clock.nowMs();
  return (
    <Layout {...{ assets: deps.assets, visitor, notice }} title="An exception" at={AT}>
      <p class="crumbs">
        <a href={AT}>Exceptions</a>
      </p>
      <h1>
        {is.kind} <State is={is} />
      </h1>
      <dl class="facts">
        <dt>Parcel</dt>
        <dd>
          {is.carrier}{' '}
          {is.trackingNumber === null ? (
            <span class="soft">erased</span>
          ) : (
            <a href={`/track/${is.carrier}/${encodeURIComponent(is.trackingNumber)}`}>
              <code>{is.trackingNumber}</code>
            </a>
          )}{' '}
          <span class="soft">
            {merchant}, {is.mode}
          </span>
        </dd>
        <dt>Shipment</dt>
        <dd>
          {shipment.state.status}
          {shipment.state.subStatus && <span class="soft"> {shipment.state.subStatus}</span>}{' '}
          <code>{shipment.id}</code>
        </dd>
        <dt>Reason</dt>
        <dd>{is.reason ?? <span class="soft">none</span>}</dd>
        <dt>Waits for</dt>
        <dd>{is.waitsFor ?? 'nobody'}</dd>
        <dt>Attempts</dt>
        <dd>{is.attempts}</dd>
        <dt>Opened</dt>
        <dd>
          <Instant at={iso(is.openedAtMs)} nowMs={nowMs} />
        </dd>
        <dt>Until</dt>
        <dd>{is.deadlineAtMs === null ? '–' : <Instant at={iso(is.deadlineAtMs)} />}</dd>
        <dt>Owner</dt>
        <dd>{is.owner ?? '–'}</dd>
        <dt>Lane</dt>
        <dd>
          {is.lane} {is.facility && <span class="soft">last seen in {is.facility}</span>}
        </dd>
      </dl>
      {visitor.power === 'write' && <Work {...{ visitor, view }} />}
      {claims.length > 0 && <Claims claims={claims} />}
      {evidence.length > 0 && (
        <>
          <h2>Photos and papers</h2>
          <Table label="Photos and papers" head={['Added', 'By', 'What', 'Size']} stacks>
            {evidence.map((each) => (
              <tr key={each.id}>
                <td>
                  <Instant at={iso(each.addedAtMs)} />
                </td>
                <td>{each.actor}</td>
                <td>{each.mediaType}</td>
                <td>{Math.ceil(each.sizeBytes / 1_024)} KiB</td>
              </tr>
            ))}
          </Table>
        </>
      )}
      <h2>History</h2>
      <Table label="History" head={['When', 'What', 'Who', 'Details']} stacks>
        {history.toReversed().map((line) => (
          <tr key={line.id}>
            <td>
              <Instant at={iso(line.atMs)} />
            </td>
            <td>{line.type.replaceAll('_', ' ')}</td>
            <td>{line.actor}</td>
            <td class="wrap">
              {Object.entries(line.data)
                .filter(([, value]) => value !== null)
                .map(([name, value]) => `${name}: ${String(value)}`)
                .join(', ')}
              {line.note !== null && (
                <span class="soft"> {visitor.power === 'write' ? line.note : 'a note'}</span>
              )}
            </td>
          </tr>
        ))}
      </Table>
    </Layout>
  );
}

function Claims({ claims }: Pick<OneProps, 'claims'>) {
  const money = (minor: number | null, currency: string) =>
    minor === null ? '–' : moneyOf(minor, currency);
  return (
    <>
      <h2>Claims</h2>
      <Table
        label="Claims"
        head={['Claim', 'For', 'Amount', 'Granted', 'Reference', 'Submit by', 'Answer by']}
        stacks
      >
        {claims.map((claim) => (
          <tr key={claim.id}>
            <td>{claim.state}</td>
            <td>{claim.reason}</td>
            <td>{money(claim.amountMinor, claim.currency)}</td>
            <td>{money(claim.grantedMinor, claim.currency)}</td>
            <td>{claim.reference ?? '–'}</td>
            <td>
              <Instant at={iso(claim.submitByMs)} />
            </td>
            <td>{claim.answerByMs === null ? '–' : <Instant at={iso(claim.answerByMs)} />}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}

/** `49.00 USD`; currencies have none, two or three digits behind the point. */
function moneyOf(minor: number, currency: string): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  const { maximumFractionDigits: digits = 2 } = format.resolvedOptions();
  return `${(minor / 10 ** digits).toFixed(digits)} ${currency}`;
}

/** What an operator may do; whoever only looks sees no address and no note. */
function Work({ visitor, view }: { readonly visitor: Visitor; readonly view: CaseView }) {
  const { is, wishes } = view;
  const { csrf } = visitor;
  const path = `${AT}/${is.id}`;
  const address = wishes.find(({ row }) => row.kind === 'address' && row.state === 'open');
  return (
    <>
      {address?.wish?.kind === 'address' && (
        <section aria-label="The address">
          <h2>The recipient says</h2>
          {address.wish.address === null ? (
            <p>The address is right as it is.</p>
          ) : (
            <dl class="facts">
              {Object.entries(address.wish.address).flatMap(([name, value]) => [
                <dt key={name}>{name.replace('_', ' ')}</dt>,
                <dd key={`${name} value`}>{value}</dd>,
              ])}
            </dl>
          )}
          <div class="row">
            <Action {...{ csrf }} to={`${path}/approve-address`} label="Approve" kind="primary" />
            <Action {...{ csrf }} to={`${path}/refuse-address`} label="Ask again" />
          </div>
        </section>
      )}
      {wishes
        .filter(({ row }) => row.state === 'open' && row.kind !== 'address')
        .map(({ row, wish }) => (
          <section key={row.id} aria-label="A wish">
            <h2>The recipient wishes</h2>
            <dl class="facts">
              {Object.entries(wish ?? {}).flatMap(([name, value]) => [
                <dt key={name}>{name.replace('_', ' ')}</dt>,
                <dd key={`${name} value`}>
                  {typeof value === 'string' ? value : JSON.stringify(value)}
                </dd>,
              ])}
            </dl>
            <div class="row">
              <Action
                {...{ csrf, to: `${path}/wish`, label: 'Done', kind: 'primary' as const }}
                fields={{ wish: row.id, done: 'true' }}
              />
              <Action
                {...{ csrf, to: `${path}/wish`, label: 'Will not be done' }}
                fields={{ wish: row.id, done: 'false' }}
              />
            </div>
          </section>
        ))}
      {is.state === 'open' && (
        <section aria-label="End it">
          <h2>End it</h2>
          <form method="post" action={`${path}/resolve`} class="row">
            <input type="hidden" name="csrf" value={csrf} />
            <label>
              As{' '}
              <select name="outcome">
                <option value="resolved">resolved</option>
                <option value="returned">returned</option>
                <option value="claimed">claimed</option>
              </select>
            </label>
            <label>
              Parcel is{' '}
              <select name="to">
                <option value="">where it was</option>
                {RESOLVED_TO.map((to) => (
                  <option key={to} value={to}>
                    {to.replaceAll('_', ' ')}
                  </option>
                ))}
              </select>
            </label>
            <label>
              Note <input type="text" name="note" maxLength={500} />
            </label>
            <button type="submit" class="primary">
              End
            </button>
          </form>
        </section>
      )}
      <form method="post" action={`${path}/note`} class="row">
        <input type="hidden" name="csrf" value={csrf} />
        <label>
          Note <input type="text" name="note" maxLength={500} required />
        </label>
        <button type="submit">Add</button>
      </form>
    </>
  );
}
