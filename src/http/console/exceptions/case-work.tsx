import { localeOf } from '../../../platform/messages/catalogue.ts';
import {
  CASE_OUTCOMES,
  type CaseView,
  deliveryRequestContent,
  type ExceptionCase,
  RESOLVED_TO,
} from '../../../reactions/exceptions/index.ts';
import { namedBy, useMessages, useSpoken } from '../kit/language.ts';
import { Action, Tag, type Tone } from '../kit/pieces.tsx';
import type { DeskVisitor } from '../kit/visit.ts';

interface Props {
  readonly visitor: DeskVisitor;
  readonly view: CaseView;
  /** Path of the case. */
  readonly path: string;
}

/** Actions on a case; who may take none sees no addresses and no notes. */
export function CaseWork({ visitor, view, path }: Props) {
  const { exceptionCase, deliveryRequests } = view;
  const { csrf } = visitor;
  const words = useMessages().console.cases;
  const waiting = deliveryRequests.filter(({ row }) => row.state === 'open');
  const settled = deliveryRequests.filter(
    ({ row }) => row.state !== 'open' && row.state !== 'replaced',
  );
  const address = waiting.find(({ row }) => row.kind === 'address')?.deliveryRequest;
  return (
    <>
      {address?.kind === 'address' && <Address address={address} csrf={csrf} path={path} />}
      {waiting
        .filter(({ row }) => row.kind !== 'address')
        .map((request) => (
          <OpenRequest key={request.row.id} request={request} csrf={csrf} path={path} />
        ))}
      {settled.length > 0 && <SettledRequests settled={settled} />}
      {exceptionCase.state === 'open' && (
        <Attributes exceptionCase={exceptionCase} csrf={csrf} path={path} />
      )}
      {exceptionCase.state === 'open' && <Resolve csrf={csrf} path={path} />}
      <form method="post" action={`${path}/note`} class="row">
        <input type="hidden" name="csrf" value={csrf} />
        <label>
          {words.note} <input type="text" name="note" maxLength={500} required />
        </label>
        <button type="submit">{words.add}</button>
      </form>
    </>
  );
}

type Request = CaseView['deliveryRequests'][number];

interface FormProps {
  readonly csrf: string;
  /** Path of the case. */
  readonly path: string;
}

function Address(props: FormProps & { readonly address: Request['deliveryRequest'] }) {
  const { address, csrf, path } = props;
  const words = useMessages().console.cases;
  return (
    <section aria-label={words.theAddress}>
      <h2>{words.correctedAddress}</h2>
      <DeliveryRequestFacts deliveryRequest={address} />
      <div class="row">
        <Action csrf={csrf} to={`${path}/approve-address`} label={words.approve} kind="primary" />
        <Action csrf={csrf} to={`${path}/refuse-address`} label={words.rejectAddress} />
      </div>
    </section>
  );
}

function OpenRequest({ request, csrf, path }: FormProps & { readonly request: Request }) {
  const { row, deliveryRequest } = request;
  const words = useMessages().console.cases;
  return (
    <section aria-label={words.aRequest}>
      <h2>{row.actor === 'recipient' ? words.byRecipient : words.forRecipient}</h2>
      <DeliveryRequestFacts deliveryRequest={deliveryRequest} />
      <div class="row">
        <Action
          csrf={csrf}
          to={`${path}/delivery-request`}
          label={words.done}
          kind="primary"
          fields={{ delivery_request: row.id, done: 'true' }}
        />
        <Action
          csrf={csrf}
          to={`${path}/delivery-request`}
          label={words.refuse}
          fields={{ delivery_request: row.id, done: 'false' }}
        />
      </div>
    </section>
  );
}

function SettledRequests({ settled }: { readonly settled: readonly Request[] }) {
  const words = useMessages().console.cases;
  return (
    <section aria-label={words.earlier}>
      <h2>{words.earlier}</h2>
      {settled.map(({ row, deliveryRequest }) => (
        <details key={row.id}>
          <summary>
            {words.requestKinds[row.kind]}{' '}
            <Tag tone={TONES[row.state] ?? 'plain'}>{namedBy(words.requestStates, row.state)}</Tag>
          </summary>
          <DeliveryRequestFacts deliveryRequest={deliveryRequest} />
        </details>
      ))}
    </section>
  );
}

function Resolve({ csrf, path }: FormProps) {
  const words = useMessages().console.cases;
  const statuses = useMessages().status.short;
  return (
    <section aria-label={words.close}>
      <h2>{words.close}</h2>
      <form method="post" action={`${path}/resolve`} class="row">
        <input type="hidden" name="csrf" value={csrf} />
        <label>
          {words.outcome}{' '}
          <select name="outcome">
            {CASE_OUTCOMES.map((outcome) => (
              <option key={outcome} value={outcome}>
                {words.outcomes[outcome]}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words.parcelStatus}{' '}
          <select name="to">
            <option value="">{words.automatic}</option>
            {RESOLVED_TO.map((to) => (
              <option key={to} value={to}>
                {statuses[to]}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words.note} <input type="text" name="note" maxLength={500} />
        </label>
        <button type="submit" class="primary">
          {words.close}
        </button>
      </form>
    </section>
  );
}

const TONES: Readonly<Record<string, Tone>> = { accepted: 'good', done: 'good', refused: 'bad' };

/** Assignee and deadline: empty fields mean nobody, and no deadline. */
function Attributes(props: FormProps & { readonly exceptionCase: ExceptionCase }) {
  const { exceptionCase, csrf, path } = props;
  const words = useMessages().console.cases;
  // To the minute, as browsers require.
  const deadline =
    exceptionCase.deadlineAtMs === null
      ? ''
      : new Date(exceptionCase.deadlineAtMs).toISOString().slice(0, 16);
  return (
    <section aria-label={words.ownerAndDeadline}>
      <h2>{words.ownerAndDeadline}</h2>
      <form method="post" action={`${path}/attributes`} class="row">
        <input type="hidden" name="csrf" value={csrf} />
        <input type="hidden" name="was" value={deadline} />
        <label>
          {words.head.owner}{' '}
          <input
            type="text"
            name="owner"
            value={exceptionCase.owner ?? ''}
            maxLength={100}
            autocomplete="off"
          />
        </label>
        <label>
          {words.dueUtc} <input type="datetime-local" name="deadline" value={deadline} />
        </label>
        <button type="submit">{words.save}</button>
      </form>
    </section>
  );
}

/** A request of any kind, as shown to the person who handles it. */
function DeliveryRequestFacts({ deliveryRequest }: Pick<Request, 'deliveryRequest'>) {
  const words = useMessages().console.cases;
  const locale = localeOf(useSpoken().language);
  if (deliveryRequest === null) return <p class="soft">{words.detailsDeleted}</p>;
  const { date, window, instructions, place, address } = deliveryRequestContent(deliveryRequest);
  const { kind } = deliveryRequest;
  const weekday = new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' });
  const shown = {
    wants: words.wants[kind],
    day: date && `${weekday.format(Date.parse(date))} ${date}`,
    window: window && words.windows[window],
    instructions,
    place,
    pointId: kind === 'pickup_point' ? deliveryRequest.point_id : null,
    address: kind === 'address' ? (address?.join(', ') ?? words.correct) : null,
  };
  return (
    <dl class="facts">
      {Object.entries(words.requested).flatMap(([name, label]) => {
        const value = shown[name as keyof typeof shown];
        if (value === null) return [];
        return [<dt key={name}>{label}</dt>, <dd key={`${name} value`}>{value}</dd>];
      })}
    </dl>
  );
}
