import {
  type CaseView,
  type ExceptionCase,
  RESOLVED_TO,
} from '../../../../reactions/exceptions/index.ts';
import { Action, Tag, type Tone } from '../../kit/pieces.tsx';
import type { Visitor } from '../visit.ts';
import { DeliveryRequestFacts } from './request-words.tsx';

interface Props {
  readonly visitor: Visitor;
  readonly view: CaseView;
  /** Path of the case. */
  readonly path: string;
}

/** Actions for operators; viewers see no addresses and no notes. */
export function CaseWork({ visitor, view, path }: Props) {
  const { is, deliveryRequests } = view;
  const { csrf } = visitor;
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
      {is.state === 'open' && <Attributes is={is} csrf={csrf} path={path} />}
      {is.state === 'open' && <Resolve csrf={csrf} path={path} />}
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

type Request = CaseView['deliveryRequests'][number];

interface FormProps {
  readonly csrf: string;
  /** Path of the case. */
  readonly path: string;
}

function Address(props: FormProps & { readonly address: Request['deliveryRequest'] }) {
  const { address, csrf, path } = props;
  return (
    <section aria-label="The address">
      <h2>Corrected address</h2>
      <DeliveryRequestFacts deliveryRequest={address} />
      <div class="row">
        <Action csrf={csrf} to={`${path}/approve-address`} label="Approve" kind="primary" />
        <Action
          csrf={csrf}
          to={`${path}/refuse-address`}
          label="Reject and ask the recipient again"
        />
      </div>
    </section>
  );
}

function OpenRequest({ request, csrf, path }: FormProps & { readonly request: Request }) {
  const { row, deliveryRequest } = request;
  return (
    <section aria-label="A delivery request">
      <h2>
        {row.actor === 'recipient'
          ? 'Requested by the recipient'
          : 'Requested on the recipient’s behalf'}
      </h2>
      <DeliveryRequestFacts deliveryRequest={deliveryRequest} />
      <div class="row">
        <Action
          csrf={csrf}
          to={`${path}/delivery-request`}
          label="Done"
          kind="primary"
          fields={{ delivery_request: row.id, done: 'true' }}
        />
        <Action
          csrf={csrf}
          to={`${path}/delivery-request`}
          label="Refuse"
          fields={{ delivery_request: row.id, done: 'false' }}
        />
      </div>
    </section>
  );
}

function SettledRequests({ settled }: { readonly settled: readonly Request[] }) {
  return (
    <section aria-label="Earlier delivery requests">
      <h2>Earlier delivery requests</h2>
      {settled.map(({ row, deliveryRequest }) => (
        <details key={row.id}>
          <summary>
            {row.kind.replaceAll('_', ' ')}{' '}
            <Tag tone={TONES[row.state] ?? 'plain'}>{row.state}</Tag>
          </summary>
          <DeliveryRequestFacts deliveryRequest={deliveryRequest} />
        </details>
      ))}
    </section>
  );
}

function Resolve({ csrf, path }: FormProps) {
  return (
    <section aria-label="Close the case">
      <h2>Close the case</h2>
      <form method="post" action={`${path}/resolve`} class="row">
        <input type="hidden" name="csrf" value={csrf} />
        <label>
          Outcome{' '}
          <select name="outcome">
            <option value="resolved">resolved</option>
            <option value="returned">returned</option>
            <option value="claimed">claimed</option>
          </select>
        </label>
        <label>
          Parcel status{' '}
          <select name="to">
            <option value="">automatic</option>
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
          Close the case
        </button>
      </form>
    </section>
  );
}

const TONES: Readonly<Record<string, Tone>> = { accepted: 'good', done: 'good', refused: 'bad' };

/** Assignee and deadline: empty fields mean nobody, and no deadline. */
function Attributes(props: FormProps & { readonly is: ExceptionCase }) {
  const { is, csrf, path } = props;
  // To the minute, as browsers require.
  const deadline =
    is.deadlineAtMs === null ? '' : new Date(is.deadlineAtMs).toISOString().slice(0, 16);
  return (
    <section aria-label="Owner and deadline">
      <h2>Owner and deadline</h2>
      <form method="post" action={`${path}/attributes`} class="row">
        <input type="hidden" name="csrf" value={csrf} />
        <input type="hidden" name="was" value={deadline} />
        <label>
          Owner{' '}
          <input
            type="text"
            name="owner"
            value={is.owner ?? ''}
            maxLength={100}
            autocomplete="off"
          />
        </label>
        <label>
          Due (UTC) <input type="datetime-local" name="deadline" value={deadline} />
        </label>
        <button type="submit">Save</button>
      </form>
    </section>
  );
}
