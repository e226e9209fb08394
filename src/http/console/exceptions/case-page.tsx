import type { CourierNote } from '../../../kernel/custody.ts';
import { amountText } from '../../../kernel/money.ts';
import type { CaseView, Evidence, ExceptionCase } from '../../../reactions/exceptions/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { isShown } from '../../kit/file-types.ts';
import { namedBy, useMessages, useReason, useReasons } from '../kit/language.ts';
import { DeskLayout } from '../kit/layout.tsx';
import { Instant, ModeName, ShipmentLink, Table, Tag } from '../kit/pieces.tsx';
import type { DeskCall, DeskDeps } from '../kit/visit.ts';
import { CourierNotes } from '../operators/shipments/custody.tsx';
import { StatusTag } from '../operators/shipments/headline.tsx';
import { CaseWork, type CaseWorkProps } from './case-work.tsx';

export const AT = '/console/exceptions';

interface OneProps {
  readonly deps: DeskDeps;
  readonly call: DeskCall;
  readonly work: CaseWorkProps;
  readonly evidence: readonly Evidence[];
  readonly courierNotes: readonly CourierNote[];
}

export const ExceptionPage = (props: OneProps) => <Page {...props} />;

function Page({ deps, call, work, evidence, courierNotes }: OneProps) {
  const { view, claims, path } = work;
  const { exceptionCase, shipment } = view;
  const words = useMessages().console.cases;
  const mayAct = call.may('shipments:change');
  return (
    <DeskLayout deps={deps} visitor={call.visitor} title={words.one} at={AT}>
      <p class="crumbs">
        <a href={AT}>{words.title}</a>
      </p>
      <div class="two">
        <div class="stack">
          <div class="card">
            <div class="hero">
              <h1>{words.kinds[exceptionCase.kind]}</h1>
              <State exceptionCase={exceptionCase} />
            </div>
            <p>{nextOfCase(words, exceptionCase)}</p>
          </div>
          {mayAct && (
            <section class="card" aria-labelledby="work">
              <h2 id="work">{words.work}</h2>
              <CaseWork {...work} />
            </section>
          )}
          {claims.length > 0 && <Claims claims={claims} />}
          {evidence.length > 0 && <EvidenceList evidence={evidence} path={mayAct ? path : null} />}
          {courierNotes.length > 0 && mayAct && <CourierNotes notes={courierNotes} />}
          <HistoryTable view={view} mayRead={mayAct} />
        </div>
        <aside class="stack">
          <section class="card" aria-labelledby="facts">
            <h2 id="facts">{words.facts.parcel}</h2>
            <CaseFacts exceptionCase={exceptionCase} status={shipment.state} />
          </section>
        </aside>
      </div>
    </DeskLayout>
  );
}

/** A case and its actions beside the queue. */
export const CasePreview = (props: PreviewProps) => <Preview {...props} />;

interface PreviewProps {
  readonly work: CaseWorkProps;
  readonly mayAct: boolean;
}

function Preview({ work, mayAct }: PreviewProps) {
  const { exceptionCase, shipment } = work.view;
  const words = useMessages().console.cases;
  return (
    <div class="stack">
      <h2>
        <a href={work.path}>{words.kinds[exceptionCase.kind]}</a>{' '}
        <State exceptionCase={exceptionCase} />
      </h2>
      <p>{nextOfCase(words, exceptionCase)}</p>
      {mayAct && <CaseWork {...work} />}
      <CaseFacts exceptionCase={exceptionCase} status={shipment.state} />
    </div>
  );
}

type Words = ReturnType<typeof useMessages>['console']['cases'];

/** What somebody should do next about a case, in a few words. Pure. */
export function nextOfCase(
  words: Words,
  { state, kind, waitingFor, overdueAtMs }: ExceptionCase,
): string {
  if (state === 'closed') return words.closedLead;
  if (waitingFor === 'recipient' || waitingFor === 'carrier') {
    return (overdueAtMs === null ? words.waitFor : words.afterWaiting)[waitingFor];
  }
  return words.next[kind];
}

interface FactsProps {
  readonly exceptionCase: ExceptionCase;
  readonly status: CaseView['shipment']['state'];
}

function CaseFacts({ exceptionCase, status }: FactsProps) {
  const words = useMessages().console.cases;
  const reason = useReason(exceptionCase.reason);
  const { deadlineAtMs, openedAtMs, owner, lane, facility, attempts, waitingFor } = exceptionCase;
  return (
    <dl class="facts">
      <dt>{words.facts.parcel}</dt>
      <dd>
        {exceptionCase.carrier} <ParcelLink exceptionCase={exceptionCase} />{' '}
        <ModeName mode={exceptionCase.mode} />
      </dd>
      <dt>{words.facts.shipment}</dt>
      <dd>
        <StatusTag status={status.status} reason={status.subStatus} />
      </dd>
      <dt>{words.reason}</dt>
      <dd>{reason ?? <span class="soft">{words.none}</span>}</dd>
      <dt>{words.waitingFor}</dt>
      <dd>{waitingFor === null ? '–' : words.waiting[waitingFor]}</dd>
      <dt>{words.head.due}</dt>
      <dd>{deadlineAtMs === null ? '–' : <Instant at={iso(deadlineAtMs)} />}</dd>
      <dt>{words.head.owner}</dt>
      <dd>{owner ?? words.shown.unassigned}</dd>
      <dt>{words.facts.attempts}</dt>
      <dd>{attempts}</dd>
      <dt>{words.head.opened}</dt>
      <dd>
        <Instant at={iso(openedAtMs)} />
      </dd>
      <dt>{words.facts.lane}</dt>
      <dd>
        {lane} {facility && <span class="soft">{words.lastPlace({ facility })}</span>}
      </dd>
    </dl>
  );
}

function HistoryTable({ view, mayRead }: { readonly view: CaseView; readonly mayRead: boolean }) {
  const words = useMessages().console.cases;
  const detailsOf = useDetails();
  return (
    <section aria-labelledby="history">
      <h2 id="history">{words.history}</h2>
      <Table label={words.history} head={Object.values(words.historyHead)} stacks>
        {view.history.toReversed().map((line) => (
          <tr key={line.id}>
            <td>
              <Instant at={iso(line.atMs)} />
            </td>
            <td>{words.events[line.type]}</td>
            <td>{words.actors[line.actor]}</td>
            <td class="wrap">
              {detailsOf(line.data)}
              {line.note !== null && <span class="soft"> {mayRead ? line.note : words.aNote}</span>}
            </td>
          </tr>
        ))}
      </Table>
    </section>
  );
}

/** The parcel of a case, with a link while it exists. */
export function ParcelLink({ exceptionCase }: { readonly exceptionCase: ExceptionCase }) {
  const words = useMessages().console.cases;
  if (exceptionCase.trackingNumber === null) return <span class="soft">{words.deleted}</span>;
  return <ShipmentLink id={exceptionCase.shipmentId} number={exceptionCase.trackingNumber} />;
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
  return ({ amount_minor: minor, currency, ...data }) =>
    Object.entries({
      ...(typeof minor === 'number' && { amount: amountText(minor, String(currency)) }),
      ...data,
    })
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

function Claims({ claims }: Pick<CaseWorkProps, 'claims'>) {
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
