import type { CourierNote } from '../../../kernel/custody.ts';
import { amountText } from '../../../kernel/money.ts';
import type {
  CaseView,
  Claim,
  Evidence,
  ExceptionCase,
} from '../../../reactions/exceptions/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { isShown } from '../../kit/file-types.ts';
import { namedBy, useMessages, useReason, useReasons } from '../kit/language.ts';
import { DeskLayout } from '../kit/layout.tsx';
import { Instant, ModeName, ShipmentLink, Table, Tag } from '../kit/pieces.tsx';
import type { DeskCall, DeskDeps } from '../kit/visit.ts';
import { CourierNotes } from '../operators/shipments/custody.tsx';
import { StatusTag } from '../operators/shipments/headline.tsx';
import { CaseWork } from './case-work.tsx';

export const AT = '/console/exceptions';

interface OneProps {
  readonly deps: DeskDeps;
  readonly call: DeskCall;
  readonly view: CaseView;
  readonly claims: readonly Claim[];
  readonly evidence: readonly Evidence[];
  readonly courierNotes: readonly CourierNote[];
}

export function ExceptionPage(props: OneProps) {
  const { deps, call, view, claims, evidence, courierNotes } = props;
  const { visitor } = call;
  const { exceptionCase, shipment, history } = view;
  const nowMs = deps.parts.clock.nowMs();
  const words = useMessages().console.cases;
  const reason = useReason(exceptionCase.reason);
  const detailsOf = useDetails();
  const path = call.may('shipments:change') ? `${AT}/${exceptionCase.id}` : null;
  return (
    <DeskLayout deps={deps} visitor={visitor} title={words.one} at={AT}>
      <p class="crumbs">
        <a href={AT}>{words.title}</a>
      </p>
      <h1>
        {words.kinds[exceptionCase.kind]} <State exceptionCase={exceptionCase} />
      </h1>
      <dl class="facts">
        <dt>{words.facts.parcel}</dt>
        <dd>
          <Parcel exceptionCase={exceptionCase} />{' '}
          <span class="soft">
            {visitor.merchant.name}, <ModeName mode={exceptionCase.mode} />
          </span>
        </dd>
        <dt>{words.facts.shipment}</dt>
        <dd>
          <StatusTag status={shipment.state.status} reason={shipment.state.subStatus} />{' '}
          <code>{shipment.id}</code>
        </dd>
        <dt>{words.head.reason}</dt>
        <dd>{reason ?? <span class="soft">{words.none}</span>}</dd>
        <dt>{words.head.waitingFor}</dt>
        <dd>
          {exceptionCase.waitingFor === null
            ? words.nobody
            : words.waiting[exceptionCase.waitingFor]}
        </dd>
        <dt>{words.facts.attempts}</dt>
        <dd>{exceptionCase.attempts}</dd>
        <dt>{words.head.opened}</dt>
        <dd>
          <Instant at={iso(exceptionCase.openedAtMs)} nowMs={nowMs} />
        </dd>
        <dt>{words.head.due}</dt>
        <dd>
          {exceptionCase.deadlineAtMs === null ? (
            '–'
          ) : (
            <Instant at={iso(exceptionCase.deadlineAtMs)} />
          )}
        </dd>
        <dt>{words.head.owner}</dt>
        <dd>{exceptionCase.owner ?? '–'}</dd>
        <dt>{words.facts.lane}</dt>
        <dd>
          {exceptionCase.lane}{' '}
          {exceptionCase.facility && (
            <span class="soft">{words.lastPlace({ facility: exceptionCase.facility })}</span>
          )}
        </dd>
      </dl>
      {path !== null && <CaseWork visitor={visitor} view={view} path={path} />}
      {claims.length > 0 && <Claims claims={claims} />}
      {evidence.length > 0 && <EvidenceList evidence={evidence} path={path} />}
      {courierNotes.length > 0 && path !== null && <CourierNotes notes={courierNotes} />}
      <h2>{words.history}</h2>
      <Table label={words.history} head={Object.values(words.historyHead)} stacks>
        {history.toReversed().map((line) => (
          <tr key={line.id}>
            <td>
              <Instant at={iso(line.atMs)} />
            </td>
            <td>{words.events[line.type]}</td>
            <td>{words.actors[line.actor]}</td>
            <td class="wrap">
              {detailsOf(line.data)}
              {line.note !== null && (
                <span class="soft"> {path === null ? words.aNote : line.note}</span>
              )}
            </td>
          </tr>
        ))}
      </Table>
    </DeskLayout>
  );
}

/** The parcel of a case, with a link while it exists. */
export function Parcel({ exceptionCase }: { readonly exceptionCase: ExceptionCase }) {
  const words = useMessages().console.cases;
  return (
    <>
      {exceptionCase.carrier}{' '}
      {exceptionCase.trackingNumber === null ? (
        <span class="soft">{words.deleted}</span>
      ) : (
        <ShipmentLink id={exceptionCase.shipmentId} number={exceptionCase.trackingNumber} />
      )}
    </>
  );
}

export function State({ exceptionCase }: { readonly exceptionCase: ExceptionCase }) {
  const words = useMessages().console.cases;
  if (exceptionCase.state === 'closed') {
    return <Tag tone="good">{exceptionCase.outcome && words.outcomes[exceptionCase.outcome]}</Tag>;
  }
  if (exceptionCase.overdueAtMs !== null) return <Tag tone="bad">{words.overdue}</Tag>;
  return <Tag tone="warn">{words.open}</Tag>;
}

/** Writes the further details of a history entry, in one line. */
function useDetails(): (data: CaseView['history'][number]['data']) => string {
  const words = useMessages();
  const { details, outcomes } = words.console.cases;
  const reasonOf = useReasons();
  const texts = (name: string, value: string) => {
    if (name === 'reason') return reasonOf(value);
    return namedBy(name === 'outcome' ? outcomes : words.status.short, value);
  };
  const NAMED = ['status', 'to', 'outcome', 'reason'];
  return (data) =>
    Object.entries(data)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => {
        const text = NAMED.includes(name) ? texts(name, String(value)) : shown(value);
        return `${namedBy(details, name)}: ${text}`;
      })
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
  const words = useMessages().console.cases;
  const money = (minor: number | null, currency: string | null) =>
    minor === null || currency === null ? '–' : amountText(minor, currency);
  return (
    <>
      <h2>{words.claims}</h2>
      <Table label={words.claims} head={Object.values(words.claimHead)} stacks>
        {claims.map((claim) => (
          <tr key={claim.id}>
            <td>{words.claimStates[claim.state]}</td>
            <td>{words.claimReasons[claim.reason]}</td>
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

interface EvidenceProps {
  readonly evidence: readonly Evidence[];
  /** Path of the case; null: for viewers, who only learn that evidence exists. */
  readonly path: string | null;
}

/** Thumbnails that open large photos, and documents to download. */
function EvidenceList({ evidence, path }: EvidenceProps) {
  const words = useMessages().console.cases;
  return (
    <section aria-label={words.evidence}>
      <h2>{words.evidence}</h2>
      <ul class="evidence">
        {evidence.map((each, index) => {
          const address = `${path}/evidence/${each.id}`;
          const nr = { number: index + 1 };
          const kind = each.mediaType.replace(/^.*\//, '').toUpperCase();
          return (
            <li key={each.id} class="card">
              {path !== null &&
                (isShown(each.mediaType) ? (
                  <a href={address}>
                    <img class="thumb" src={address} alt={words.larger(nr)} loading="lazy" />
                  </a>
                ) : (
                  <p class="paper">{kind}</p>
                ))}
              <p>
                {words.file({
                  kind,
                  size: Math.ceil(each.sizeBytes / 1_024),
                  actor: words.actors[each.actor],
                })}
              </p>
              <p class="soft">
                <Instant at={iso(each.addedAtMs)} />
              </p>
              {path !== null && (
                <a href={`${address}?download`} download>
                  {words.download}
                  <span class="unseen"> {words.number(nr)}</span>
                </a>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
