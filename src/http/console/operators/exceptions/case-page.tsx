import type { CourierNote } from '../../../../kernel/custody.ts';
import { amountText } from '../../../../kernel/money.ts';
import type {
  CaseView,
  Claim,
  Evidence,
  ExceptionCase,
} from '../../../../reactions/exceptions/index.ts';
import { iso } from '../../../../tracking/index.ts';
import { Instant, ShipmentLink, Table, Tag } from '../../kit/pieces.tsx';
import { Layout } from '../layout.tsx';
import { CourierNotes } from '../shipments/courier-notes.tsx';
import type { ConsoleDeps, PageCall } from '../visit.ts';
import { EvidenceList } from './case-evidence.tsx';
import { CaseWork } from './case-work.tsx';

export const AT = '/ops/exceptions';

interface OneProps {
  readonly deps: ConsoleDeps;
  readonly call: PageCall;
  readonly merchant: string;
  readonly view: CaseView;
  readonly claims: readonly Claim[];
  readonly evidence: readonly Evidence[];
  readonly courierNotes: readonly CourierNote[];
}

export function ExceptionPage(props: OneProps) {
  const { deps, call, merchant, view, claims, evidence, courierNotes } = props;
  const { visitor } = call;
  const { is, shipment, history } = view;
  const nowMs = deps.parts.clock.nowMs();
  return (
    <Layout assets={deps.assets} visitor={visitor} title="A case" at={AT}>
      <p class="crumbs">
        <a href={AT}>Cases</a>
      </p>
      <h1>
        {is.kind} <State is={is} />
      </h1>
      <dl class="facts">
        <dt>Parcel</dt>
        <dd>
          {is.carrier}{' '}
          {is.trackingNumber === null ? (
            <span class="soft">deleted</span>
          ) : (
            <ShipmentLink id={is.shipmentId} number={is.trackingNumber} />
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
        <dt>Waiting for</dt>
        <dd>{is.waitingFor ?? 'nobody'}</dd>
        <dt>Attempts</dt>
        <dd>{is.attempts}</dd>
        <dt>Opened</dt>
        <dd>
          <Instant at={iso(is.openedAtMs)} nowMs={nowMs} />
        </dd>
        <dt>Due</dt>
        <dd>{is.deadlineAtMs === null ? '–' : <Instant at={iso(is.deadlineAtMs)} />}</dd>
        <dt>Owner</dt>
        <dd>{is.owner ?? '–'}</dd>
        <dt>Trade lane</dt>
        <dd>
          {is.lane} {is.facility && <span class="soft">last seen in {is.facility}</span>}
        </dd>
      </dl>
      {visitor.power === 'write' && (
        <CaseWork visitor={visitor} view={view} path={`${AT}/${is.id}`} />
      )}
      {claims.length > 0 && <Claims claims={claims} />}
      {evidence.length > 0 && (
        <EvidenceList
          evidence={evidence}
          path={visitor.power === 'write' ? `${AT}/${is.id}` : null}
        />
      )}
      {courierNotes.length > 0 && visitor.power === 'write' && (
        <CourierNotes notes={courierNotes} />
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
              {detailsOf(line.data)}
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

export function State({ is }: { readonly is: ExceptionCase }) {
  if (is.state === 'closed') return <Tag tone="good">{is.outcome}</Tag>;
  if (is.overdueAtMs !== null) return <Tag tone="bad">overdue</Tag>;
  return <Tag tone="warn">open</Tag>;
}

/** Further details of a history entry, in one line. */
function detailsOf(data: CaseView['history'][number]['data']): string {
  return Object.entries(data)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name.replaceAll('_', ' ')}: ${shown(value)}`)
    .join(', ');
}

/** Instants in the pages' usual format; nested values as JSON. */
function shown(value: unknown): string {
  if (typeof value === 'object') return JSON.stringify(value);
  const text = String(value);
  return INSTANT.test(text) ? `${text.slice(0, 10)} ${text.slice(11, 16)}` : text;
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

function Claims({ claims }: Pick<OneProps, 'claims'>) {
  const money = (minor: number | null, currency: string | null) =>
    minor === null || currency === null ? '–' : amountText(minor, currency);
  return (
    <>
      <h2>Claims</h2>
      <Table
        label="Claims"
        head={['Claim', 'For', 'Amount', 'Amount accepted', 'Reference', 'Submit by', 'Answer by']}
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
