import {
  DELIVERY_STATES,
  type Delivery,
  type DeliveryState,
  type OperatorsEndpoint,
  TEST_EVENT,
} from '../../../reactions/merchant-webhooks/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { Filter } from '../../console/kit/choices.tsx';
import { Action, Empty, Instant, Table, Tag, type Tone } from '../../console/kit/pieces.tsx';
import { Layout } from '../../console/operators/layout.tsx';
import type { ConsoleDeps, PageCall } from '../../console/operators/visit.ts';
import { inEnglish } from './answers.ts';

const AT = '/ops/webhooks';

interface ListProps {
  readonly deps: ConsoleDeps;
  readonly call: PageCall;
  readonly endpoints: readonly OperatorsEndpoint[];
  readonly more: boolean;
  readonly troubled: boolean;
}

export function WebhookEndpointsPage({ deps, call, endpoints, more, troubled }: ListProps) {
  const nowMs = deps.parts.clock.nowMs();
  const { assets } = deps;
  return (
    <Layout assets={assets} visitor={call.visitor} title="Webhooks" at={AT}>
      <h1>Webhooks</h1>
      <p class="lead">
        Merchants’ endpoints, those with problems first. Only the host of a URL is shown, because
        the rest often contains a token; the short code after the host tells endpoints on the same
        host apart.
      </p>
      <ul class="filters" aria-label="Which">
        <Filter href={AT} name="all" current={!troubled} />
        <Filter href={`${AT}?show=trouble`} name="with problems" current={troubled} />
      </ul>
      {endpoints.length === 0 ? (
        <Empty>
          {troubled ? 'No endpoint has problems.' : 'No merchant has a webhook endpoint yet.'}
        </Empty>
      ) : (
        <Table
          label="Webhook endpoints"
          head={['Endpoint', 'Merchant', 'State', 'Waiting', 'Failed', 'Last delivered']}
          stacks
        >
          {endpoints.map((found) => (
            <tr key={found.endpoint.id}>
              <td class="wrap">
                <a href={`${AT}/${found.endpoint.id}`}>
                  {found.origin} <code>{found.fingerprint}</code>
                </a>
                {found.endpoint.description !== '' && (
                  <span class="soft"> {found.endpoint.description}</span>
                )}
              </td>
              <td>
                {found.merchant} <span class="soft">{found.endpoint.tenant.mode}</span>
              </td>
              <td>
                <State found={found} />
              </td>
              <td>{found.waiting}</td>
              <td>{found.dead}</td>
              <td>
                <Instant at={iso(found.endpoint.lastSuccessAtMs)} nowMs={nowMs} />
              </td>
            </tr>
          ))}
        </Table>
      )}
      {more && (
        <p class="soft">
          Only the first {endpoints.length} endpoints are shown, those with problems first.
        </p>
      )}
    </Layout>
  );
}

function State({ found: { endpoint, dead } }: { readonly found: OperatorsEndpoint }) {
  if (endpoint.state === 'disabled') return <Tag tone="bad">disabled</Tag>;
  if (endpoint.failingSinceMs !== null) return <Tag tone="warn">failing</Tag>;
  if (dead > 0) return <Tag tone="warn">some deliveries failed</Tag>;
  if (endpoint.lastSuccessAtMs === null) return <Tag>nothing sent yet</Tag>;
  return <Tag tone="good">ok</Tag>;
}

interface OneProps {
  readonly deps: ConsoleDeps;
  readonly call: PageCall;
  readonly found: OperatorsEndpoint;
  readonly deliveries: readonly Delivery[];
  readonly state: DeliveryState | null;
  readonly nextCursor: string | null;
}

export function WebhookEndpointPage(props: OneProps) {
  const { deps, call, found, deliveries, state, nextCursor } = props;
  const { visitor } = call;
  const { assets } = deps;
  const path = `${AT}/${found.endpoint.id}`;
  const nowMs = deps.parts.clock.nowMs();
  const filtered = state === null ? '' : `state=${state}&`;
  return (
    <Layout assets={assets} visitor={visitor} title="A webhook endpoint" at={AT}>
      <p class="crumbs">
        <a href={AT}>Webhooks</a>
      </p>
      <h1>
        {found.origin} <code>{found.fingerprint}</code> <State found={found} />
      </h1>
      {found.endpoint.disabledReason !== null && (
        <p class="reason">{inEnglish(found.endpoint.disabledReason)}</p>
      )}
      <Facts found={found} nowMs={nowMs} />
      {visitor.power === 'write' && (
        <div class="row">
          {found.dead > 0 && (
            <Action
              to={`${path}/replay`}
              csrf={visitor.csrf}
              label="Resend failed deliveries"
              kind="primary"
            />
          )}
          {found.endpoint.state === 'disabled' && (
            <Action to={`${path}/enable`} csrf={visitor.csrf} label="Enable" />
          )}
        </div>
      )}
      <h2>Deliveries</h2>
      <ul class="filters" aria-label="State">
        <Filter href={path} name="all" current={state === null} />
        {DELIVERY_STATES.map((each) => (
          <Filter
            key={each}
            href={`${path}?state=${each}`}
            name={WORDS[each]}
            current={state === each}
          />
        ))}
      </ul>
      {deliveries.length === 0 ? (
        <Empty>None that is still kept.</Empty>
      ) : (
        <Table
          label="Deliveries"
          head={['When', 'Event', 'About', 'State', 'Tries', 'Why', '']}
          stacks
        >
          {deliveries.map((delivery) => (
            <Row key={delivery.id} delivery={delivery} path={path} visitor={visitor} />
          ))}
        </Table>
      )}
      {nextCursor !== null && (
        <a class="more" href={`${path}?${filtered}cursor=${nextCursor}`}>
          Older
        </a>
      )}
    </Layout>
  );
}

const WORDS: Readonly<Record<DeliveryState, string>> = {
  waiting: 'waiting',
  delivered: 'delivered',
  dead: 'failed',
  cancelled: 'cancelled',
};

const TONES: Readonly<Record<DeliveryState, Tone>> = {
  waiting: 'warn',
  delivered: 'good',
  dead: 'bad',
  cancelled: 'plain',
};

interface RowProps {
  readonly delivery: Delivery;
  readonly path: string;
  readonly visitor: PageCall['visitor'];
}

/** The end of an id, which distinguishes it; the title contains the whole. */
const SHOWN_DIGITS = 12;

function mayGoAgain({ state, type }: Delivery): boolean {
  return state !== 'waiting' && type !== TEST_EVENT;
}

function Row({ delivery, path, visitor }: RowProps) {
  return (
    <tr>
      <td>
        <Instant at={iso(delivery.recordedAtMs)} />
      </td>
      <td>
        {delivery.type} <span class="soft">#{delivery.sequence}</span>
      </td>
      <td>
        <code title={delivery.subjectId}>{delivery.subjectId.slice(-SHOWN_DIGITS)}</code>
      </td>
      <td>
        <Tag tone={TONES[delivery.state]}>{WORDS[delivery.state]}</Tag>
      </td>
      <td>{delivery.attempts}</td>
      <td class="wrap">
        {inEnglish(delivery.lastReason)}
        {delivery.nextAttemptAtMs !== null && (
          <span class="soft">
            {' '}
            next <Instant at={iso(delivery.nextAttemptAtMs)} />
          </span>
        )}
      </td>
      <td class="actions">
        {visitor.power === 'write' && mayGoAgain(delivery) && (
          <Action
            to={`${path}/replay`}
            csrf={visitor.csrf}
            label="Resend"
            about={`${delivery.type} ${delivery.sequence} of ${delivery.subjectId}`}
            fields={{ delivery: delivery.id }}
          />
        )}
      </td>
    </tr>
  );
}

function Facts({ found, nowMs }: { readonly found: OperatorsEndpoint; readonly nowMs: number }) {
  const { endpoint } = found;
  const { carriers = [], statuses = [], tags = [] } = endpoint.filters;
  const filters = [...carriers, ...statuses, ...tags].join(', ');
  return (
    <dl class="facts">
      <dt>Merchant</dt>
      <dd>
        {found.merchant} <span class="soft">{endpoint.tenant.mode}</span>
      </dd>
      <dt>Events</dt>
      <dd>
        {endpoint.events.join(', ')}
        {filters !== '' && <span class="soft"> only for {filters}</span>}
      </dd>
      <dt>Waiting</dt>
      <dd>{found.waiting}</dd>
      <dt>Failed</dt>
      <dd>{found.dead}</dd>
      <dt>Last delivered</dt>
      <dd>
        <Instant at={iso(endpoint.lastSuccessAtMs)} nowMs={nowMs} />
      </dd>
      {endpoint.lastFailureAtMs !== null && (
        <>
          <dt>Last failed</dt>
          <dd>
            <Instant at={iso(endpoint.lastFailureAtMs)} nowMs={nowMs} />{' '}
            {inEnglish(endpoint.lastFailure)}
          </dd>
        </>
      )}
      {endpoint.failingSinceMs !== null && (
        <>
          <dt>Failing since</dt>
          <dd>
            <Instant at={iso(endpoint.failingSinceMs)} nowMs={nowMs} />{' '}
            <span class="soft">
              {endpoint.failures} {endpoint.failures === 1 ? 'failure' : 'failures'}
            </span>
          </dd>
        </>
      )}
      {endpoint.pausedUntilMs !== null && (
        <>
          <dt>Asked to wait until</dt>
          <dd>
            <Instant at={iso(endpoint.pausedUntilMs)} />
          </dd>
        </>
      )}
      <dt>Id</dt>
      <dd>
        <code>{endpoint.id}</code>
      </dd>
    </dl>
  );
}
