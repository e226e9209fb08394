import { capitalized } from '../../../kernel/capitalized.ts';
import type { CourierNote } from '../../../kernel/custody.ts';
import { amountText } from '../../../kernel/money.ts';
import { mayArrive, type ReadStatus } from '../../../kernel/status.ts';
import { dayIn } from '../../../kernel/time/zoned-time.ts';
import { describe } from '../../../normalization/index.ts';
import type { CaseView, Evidence, ExceptionCase } from '../../../reactions/exceptions/index.ts';
import {
  daysLate,
  iso,
  type Personal,
  type ShipmentNote,
  type ShownEvent,
  shipmentJson,
} from '../../../tracking/ports/shipments.ts';
import { isShown } from '../../kit/file-types.ts';
import { type DateTexts, spanText, useDates } from '../kit/dates.ts';
import { namedBy, useMessages, useReason, useReasons, useSpoken } from '../kit/language.ts';
import { DeskLayout, PageHead } from '../kit/layout.tsx';
import { useCarrierNames, useLaneNames } from '../kit/names.ts';
import { Moment, ShipmentLink, Table, Tag } from '../kit/pieces.tsx';
import type { DeskDeps, DeskPageProps } from '../kit/visit.ts';
import { CourierNotes } from '../shipments/parts/custody.tsx';
import { StatusTag, usePunctuality } from '../shipments/parts/headline.tsx';
import { Days } from '../shipments/parts/timeline.tsx';
import { Recipient } from '../shipments/recipient.tsx';
import { Notes } from '../writing/page.tsx';
import { CaseWork, type CaseWorkProps, OwnerMenu } from './case-work.tsx';
import { Due, State } from './due.tsx';
import { isOverdue, isReturn, isToTake, needsDocuments } from './suggested.ts';

export const AT = '/console/exceptions';

interface OneProps extends DeskPageProps {
  readonly work: CaseWorkProps;
  readonly evidence: readonly Evidence[];
  readonly courierNotes: readonly CourierNote[];
  /** The newest events of the parcel. */
  readonly events: readonly ShownEvent[];
  /** Colleagues' notes about the parcel; empty for readers who may not see them. */
  readonly notes: readonly ShipmentNote[];
  /** Null: the reader may not see people. */
  readonly personal: Personal | null;
}

export function ExceptionPage({
  deps,
  call,
  work,
  evidence,
  courierNotes,
  events,
  notes,
  personal,
}: OneProps) {
  const { view, claims, path } = work;
  const { exceptionCase, shipment } = view;
  const words = useMessages().console.cases;
  const { title: problem } = useTitle(exceptionCase);
  const name = personal?.recipient?.['name'];
  const title = capitalized(typeof name === 'string' ? `${problem} · ${name}` : problem);
  const isOpen = exceptionCase.state === 'open';
  const nowMs = deps.parts.clock.nowMs();
  const mayAct = call.may('shipments:change');
  return (
    <DeskLayout deps={deps} visitor={call.visitor} title={title} at={AT}>
      <PageHead
        title={title}
        above={[[AT, words.title]]}
        marks={
          <>
            <State {...{ exceptionCase, nowMs }} />
            {isOpen && exceptionCase.deadlineAtMs !== null && (
              <span class="soft">
                {words.head.due}:{' '}
                {isOverdue(exceptionCase, nowMs) ? (
                  <Moment at={iso(exceptionCase.deadlineAtMs)} nowMs={nowMs} />
                ) : (
                  <Due {...{ exceptionCase, nowMs }} />
                )}
              </span>
            )}
          </>
        }
      >
        {isOpen && (
          <div class="acts">
            {mayAct ? (
              <OwnerMenu {...work} />
            ) : (
              <span class="soft">{exceptionCase.owner ?? words.shown.unassigned}</span>
            )}
          </div>
        )}
      </PageHead>
      <div class="two">
        <div class="stack">
          <section class="card" aria-labelledby="work">
            <h2 id="work">{words.work}</h2>
            <NextStep {...{ exceptionCase, nowMs }} status={shipment.state.status} />
            {mayAct && <CaseWork {...work} deps={deps} />}
          </section>
          {events.length > 0 && <LastScans {...{ events, nowMs }} />}
          {claims.length > 0 && <Claims {...{ claims, nowMs }} />}
          {evidence.length > 0 && (
            <EvidenceList {...{ evidence, nowMs }} path={mayAct ? path : null} />
          )}
          {courierNotes.length > 0 && mayAct && <CourierNotes notes={courierNotes} />}
          <History {...{ view, nowMs }} mayRead={mayAct} />
        </div>
        <aside class="stack">
          {personal && <Recipient personal={personal} />}
          <section class="card" aria-labelledby="facts">
            <h2 id="facts">{useMessages().desk.shipment.details}</h2>
            <CaseFacts {...{ deps, exceptionCase }} parcel={shipment} isOfPage />
          </section>
          {personal && <Notes shipmentId={shipment.id} notes={notes} mayWrite={mayAct} />}
        </aside>
      </div>
    </DeskLayout>
  );
}

/** What the parcel's carrier reported last; the parcel's page has the rest, and the reasons. */
function LastScans({ events, nowMs }: Pick<OneProps, 'events'> & Pick<HistoryProps, 'nowMs'>) {
  const words = useMessages().console.cases;
  const { status } = useMessages();
  return (
    <section class="card" aria-labelledby="scans">
      <h2 id="scans">{words.lastScans}</h2>
      <Days {...{ events, nowMs }} all={new Map()} describe={(event) => describe(status, event)} />
    </section>
  );
}

interface PreviewProps {
  readonly deps: DeskDeps;
  readonly work: CaseWorkProps;
  readonly mayAct: boolean;
  /** It is on the page of its parcel, which has the next step, the parcel's facts and all actions. */
  readonly isOfParcel?: boolean;
}

/** A case and its actions beside the queue. */
export function CasePreview({ deps, work, mayAct, isOfParcel = false }: PreviewProps) {
  const { exceptionCase, shipment } = work.view;
  const nowMs = deps.parts.clock.nowMs();
  return (
    <div class="stack">
      <CaseHeading {...{ exceptionCase, nowMs }} />
      {!isOfParcel && <NextStep {...{ exceptionCase, nowMs }} status={shipment.state.status} />}
      {mayAct && <CaseWork {...work} deps={deps} isWithoutActs={isOfParcel} />}
      <CaseFacts {...{ deps, exceptionCase }} parcel={isOfParcel ? null : shipment} />
    </div>
  );
}

interface HeadingProps {
  readonly exceptionCase: ExceptionCase;
  readonly nowMs: number;
}

function CaseHeading({ exceptionCase, nowMs }: HeadingProps) {
  return (
    <h2>
      <a href={`${AT}/${exceptionCase.id}`}>{useTitle(exceptionCase).title}</a>{' '}
      <State {...{ exceptionCase, nowMs }} />
    </h2>
  );
}

interface CasesProps {
  readonly deps: DeskDeps;
  readonly cases: readonly ExceptionCase[];
}

/** A parcel's cases without their actions, newest first. */
export function Cases({ deps, cases }: CasesProps) {
  return cases.map((exceptionCase) => (
    <section key={exceptionCase.id} class="card">
      <CaseHeading {...{ exceptionCase, nowMs: deps.parts.clock.nowMs() }} />
      <CaseFacts {...{ deps, exceptionCase }} parcel={null} />
    </section>
  ));
}

/**
 * The title of a case, and its reason unless the title contains it (then null); inside components
 * only.
 */
export function useTitle({ kind, reason: code }: ExceptionCase) {
  const name = useMessages().console.cases.kinds[kind];
  const reason = useReason(code);
  // The reason replaces “other”, and a name that it contains, such as “customs”.
  const isInReason = reason !== null && (kind === 'other' || reason.includes(name));
  return { title: isInReason ? reason : name, reason: isInReason ? null : reason };
}

type Words = ReturnType<typeof useMessages>['console']['cases'];

/** What somebody should do next about a case, in a few words. Pure. */
export function nextOfCase(words: Words, { exceptionCase, status, nowMs }: NextStepProps): string {
  const { state, kind, waitingFor } = exceptionCase;
  if (state === 'closed') return words.closedLead;
  // A parcel on its way back needs a decision, whoever was asked before; a request comes first.
  if (isReturn(status) && kind !== 'request') return words.nextOfReturn;
  if (waitingFor === 'recipient' || waitingFor === 'carrier') {
    if (!isOverdue(exceptionCase, nowMs)) return words.waitFor[waitingFor];
    if (!needsDocuments(exceptionCase)) return words.afterWaiting[waitingFor];
  }
  return words.next[kind];
}

/** Whom an open case waits for: once their time is over, for its merchant again. Pure. */
function waitingText(words: Words, exceptionCase: ExceptionCase, nowMs: number): string {
  const { waitingFor } = exceptionCase;
  if (waitingFor === null) return '–';
  const isAnswerMissing = waitingFor !== 'merchant' && isOverdue(exceptionCase, nowMs);
  return isAnswerMissing ? words.noAnswer[waitingFor] : words.waiting[waitingFor];
}

interface NextStepProps {
  readonly exceptionCase: ExceptionCase;
  /** Of its parcel; absent: it is deleted. */
  readonly status: ReadStatus | undefined;
  readonly nowMs: number;
}

/** What to do next; if it is done outside the hub, somebody takes the case first. */
function NextStep(props: NextStepProps) {
  const words = useMessages().console.cases;
  const { exceptionCase, status } = props;
  const step = nextOfCase(words, props);
  if (exceptionCase.state === 'closed') return <p>{step}</p>;
  const isOutside = step === words.next[exceptionCase.kind] && isToTake(exceptionCase);
  const next = isOutside
    ? words.takeThen({ step: `${step[0]?.toLowerCase()}${step.slice(1)}` })
    : step;
  return (
    <p>
      {status === 'returning' && `${words.isReturning} `}
      {words.nextStep({ step: next })}
    </p>
  );
}

interface FactsProps {
  readonly deps: DeskDeps;
  readonly exceptionCase: ExceptionCase;
  /** Null: without the facts of the parcel. */
  readonly parcel: CaseView['shipment'] | null;
  /** The page has its state, scans and history elsewhere. */
  readonly isOfPage?: boolean;
}

function CaseFacts({ deps, exceptionCase, parcel, isOfPage = false }: FactsProps) {
  const words = useMessages().console.cases;
  const laneOf = useLaneNames();
  const { columnNames } = useMessages().desk.shipments;
  const { reason } = useTitle(exceptionCase);
  const carrier = useCarrierNames(deps)(exceptionCase.carrier);
  const nowMs = deps.parts.clock.nowMs();
  const { deadlineAtMs, openedAtMs, owner, lane, facility, attempts, waitingFor } = exceptionCase;
  const isOpen = exceptionCase.state === 'open';
  return (
    <dl class="facts">
      {parcel && (
        <>
          <dt>{words.facts.parcel}</dt>
          <dd>
            {carrier} <ParcelLink exceptionCase={exceptionCase} />
          </dd>
          {!isOfPage && (
            <>
              <dt>{words.facts.shipment}</dt>
              <dd>
                <StatusTag status={parcel.state.status} reason={parcel.state.subStatus} />
              </dd>
            </>
          )}
          <Arrival {...{ deps, exceptionCase, parcel, nowMs }} />
          {parcel.orderIds.length > 0 && (
            <>
              <dt>{columnNames.orders}</dt>
              <dd class="wrap">{parcel.orderIds.join(', ')}</dd>
            </>
          )}
        </>
      )}
      {reason !== null && (
        <>
          <dt>{words.reason}</dt>
          <dd class="sentence">{reason}</dd>
        </>
      )}
      {waitingFor !== null && (
        <>
          <dt>{words.waitingFor}</dt>
          <dd class="sentence">{waitingText(words, exceptionCase, nowMs)}</dd>
        </>
      )}
      {!(isOfPage && isOpen) && deadlineAtMs !== null && (
        <>
          <dt>{words.head.due}</dt>
          <dd>
            <Moment at={iso(deadlineAtMs)} nowMs={nowMs} />
          </dd>
        </>
      )}
      {!(isOfPage && isOpen) && (isOpen || owner !== null) && (
        <>
          <dt>{words.head.owner}</dt>
          <dd>{owner ?? words.shown.unassigned}</dd>
        </>
      )}
      {attempts > 0 && (
        <>
          <dt>{words.facts.attempts}</dt>
          <dd>{attempts}</dd>
        </>
      )}
      {!isOfPage && (
        <>
          <dt>{words.head.opened}</dt>
          <dd>
            <Moment at={iso(openedAtMs)} nowMs={nowMs} />
          </dd>
        </>
      )}
      {!lane.includes('?') && (
        <>
          <dt>{words.facts.lane}</dt>
          <dd>{laneOf(lane)}</dd>
        </>
      )}
      {facility && !isOfPage && (
        <>
          <dt>{words.facts.lastPlace}</dt>
          <dd>{facility}</dd>
        </>
      )}
    </dl>
  );
}

/** Whether a parcel stays where it is until its merchant or recipient has acted. Pure. */
export function isHeld(
  { state }: { readonly state: Pick<CaseView['shipment']['state'], 'status'> },
  { waitingFor }: Pick<ExceptionCase, 'waitingFor'>,
): boolean {
  return state.status === 'exception' && waitingFor !== 'carrier';
}

interface ArrivalProps extends Pick<FactsProps, 'deps' | 'exceptionCase'> {
  readonly parcel: CaseView['shipment'];
  readonly nowMs: number;
}

/** The promised and the estimated day of a parcel that has not arrived. */
function Arrival({ deps, exceptionCase, parcel, nowMs }: ArrivalProps) {
  const { desk, console: all } = useMessages();
  const dates = useDates(nowMs);
  const { promisedDate, state } = parcel;
  const { estimated_delivery: estimate } = shipmentJson(parcel, deps.parts.publicUrl());
  const today = dayIn(parcel.destinationZone ?? 'UTC', nowMs);
  const punctuality = usePunctuality({
    ...{ status: state.status, promised: promisedDate, estimate, today },
    late: daysLate(parcel, today),
  });
  if (!mayArrive(state.status, state.subStatus)) return null;
  return (
    <>
      {promisedDate !== null && (
        <>
          <dt>{all.cases.facts.promised}</dt>
          <dd>
            {dates.day(promisedDate)}{' '}
            {punctuality && <Tag tone={punctuality.tone}>{punctuality.text}</Tag>}
          </dd>
        </>
      )}
      {estimate !== null && !isHeld(parcel, exceptionCase) && (
        <>
          <dt>{desk.shipment.estimate}</dt>
          <dd>{spanText(estimate, dates)}</dd>
        </>
      )}
    </>
  );
}

interface HistoryProps {
  readonly view: CaseView;
  readonly mayRead: boolean;
  readonly nowMs: number;
}

function History({ view, mayRead, nowMs }: HistoryProps) {
  const words = useMessages().console.cases;
  const detailsOf = useDetails(nowMs);
  const { heading, clock } = useDates(nowMs);
  const { timeZone } = useSpoken();
  let before = '';
  return (
    <section class="card" aria-labelledby="history">
      <h2 id="history">{words.history}</h2>
      <ol class="days">
        {view.history.toReversed().map((line) => {
          const at = iso(line.atMs);
          const day = heading(dayIn(timeZone, line.atMs));
          const isNewDay = day !== before;
          before = day;
          return [
            isNewDay && (
              <li class="day" key={day}>
                {day}
              </li>
            ),
            <li key={line.id}>
              <time class="when" dateTime={at}>
                {clock(at)}
              </time>
              <div>
                <b>{capitalized(words.events[line.type])}</b>
                <span class="soft">{` · ${capitalized(words.actors[line.actor])}`}</span>
                <div class="wrap sentence">
                  {detailsOf(line.data)}
                  {line.note !== null && (
                    <span class="soft"> {mayRead ? line.note : words.aNote}</span>
                  )}
                </div>
              </div>
            </li>,
          ];
        })}
      </ol>
    </section>
  );
}

/** The parcel of a case, with a link while it exists. */
export function ParcelLink({ exceptionCase }: { readonly exceptionCase: ExceptionCase }) {
  const words = useMessages().console.cases;
  if (exceptionCase.trackingNumber === null) return <span class="soft">{words.deleted}</span>;
  return <ShipmentLink id={exceptionCase.shipmentId} number={exceptionCase.trackingNumber} />;
}

/** Returns a function that writes the further details of a history entry in one line. */
function useDetails(nowMs: number): (data: CaseView['history'][number]['data']) => string {
  const words = useMessages();
  const { details, outcomes, closedBy } = words.console.cases;
  const reasonOf = useReasons();
  const dates = useDates(nowMs);
  const valueName = (name: string, value: string) => {
    return namedBy(name === 'outcome' ? outcomes : words.status.short, value);
  };
  const NAMED = ['status', 'to', 'outcome'];
  return ({ amount_minor: minor, currency, how, ...data }) => {
    const { status } = data;
    if (how === 'retracted') return closedBy.retracted;
    if (how === 'facts' && typeof status === 'string') {
      return closedBy.facts({ status: namedBy(words.status.short, status) });
    }
    return Object.entries({
      ...(typeof minor === 'number' && { amount: amountText(minor, String(currency)) }),
      ...data,
    })
      .filter(([name, value]) => value !== null && !isImplied(name, value, data))
      .map(([name, value]) => {
        if (name === 'reason') return reasonOf(String(value));
        const text = NAMED.includes(name)
          ? valueName(name, String(value))
          : detailText(value, dates);
        return `${namedBy(details, name)}: ${text}`;
      })
      .join(', ');
  };
}

/** Whether it says nothing beside the reason: the status that it is of, or no attempt. Pure. */
function isImplied(name: string, value: unknown, { reason }: Readonly<Record<string, unknown>>) {
  return (name === 'status' && typeof reason === 'string') || (name === 'attempts' && value === 0);
}

/** Instants as the page writes them; nested values as JSON. */
function detailText(value: unknown, { moment }: Pick<DateTexts, 'moment'>): string {
  if (typeof value === 'object') return JSON.stringify(value);
  const text = String(value);
  return INSTANT.test(text) ? moment(text) : text;
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

function Claims({ claims, nowMs }: Pick<CaseWorkProps, 'claims'> & Pick<HistoryProps, 'nowMs'>) {
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
              <Moment at={iso(claim.submitByMs)} nowMs={nowMs} />
            </td>
            <td>
              {claim.answerByMs === null ? (
                '–'
              ) : (
                <Moment at={iso(claim.answerByMs)} nowMs={nowMs} />
              )}
            </td>
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
  readonly nowMs: number;
}

/** Thumbnails that open large photos, and documents to download. */
function EvidenceList({ evidence, path, nowMs }: EvidenceProps) {
  const words = useMessages().console.cases;
  return (
    <section aria-label={words.evidence}>
      <h2>{words.evidence}</h2>
      <ul class="evidence">
        {evidence.map((each, index) => {
          const address = `${path}/evidence/${each.id}`;
          const place = { number: index + 1 };
          const kind = each.mediaType.replace(/^.*\//, '').toUpperCase();
          return (
            <li key={each.id} class="card">
              {path !== null &&
                (isShown(each.mediaType) ? (
                  <a href={address}>
                    <img class="thumb" src={address} alt={words.larger(place)} loading="lazy" />
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
                <Moment at={iso(each.addedAtMs)} nowMs={nowMs} />
              </p>
              {path !== null && (
                <a href={`${address}?download`} download>
                  {words.download}
                  <span class="unseen"> {words.number(place)}</span>
                </a>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
