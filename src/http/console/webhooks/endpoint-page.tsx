import {
  DELIVERY_STATES,
  type Delivery,
  type DeliveryState,
  type Endpoint,
  type EndpointHealth,
} from '../../../reactions/merchant-webhooks/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { FilterMenu } from '../kit/choices.tsx';
import { PostForm } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import { DeskLayout } from '../kit/layout.tsx';
import { Action, Instant, Removal } from '../kit/pieces.tsx';
import { doneOf, messagesFor } from '../kit/spoken.tsx';
import type { DeskCall, DeskDeps, DeskFormCall } from '../kit/visit.ts';
import { setupOf } from '../setup/steps.tsx';
import { Deliveries, Why } from './deliveries-table.tsx';
import {
  choosableTypes,
  EndpointFault,
  EndpointFields,
  type Fault,
  FORMAT_NAMES,
  type Said,
} from './form.tsx';
import { Integration } from './integration.tsx';
import { AT, EndpointState, EventsOf, Secret } from './list-page.tsx';

export interface EndpointShown {
  readonly secret?: string;
  readonly fault?: Fault;
  readonly said?: Said;
  readonly notice?: string;
}

interface Filter {
  readonly state: DeliveryState | null;
  readonly type: string | null;
}

interface Props {
  readonly deps: DeskDeps;
  readonly call: DeskCall | DeskFormCall;
  readonly endpoint: Endpoint;
  readonly health: EndpointHealth;
  readonly deliveries: {
    readonly data: readonly Delivery[];
    readonly next_cursor: string | null;
  };
  readonly filter: Filter;
  readonly shown: EndpointShown;
}

/** One endpoint: its health, deliveries, and settings. */
export function EndpointPage(props: Props) {
  const { deps, call, endpoint, health, deliveries, filter, shown } = props;
  const words = messagesFor(call).desk.webhook;
  const { title } = messagesFor(call).desk.webhooks;
  const to = `${AT}/${endpoint.id}`;
  const nowMs = deps.parts.clock.nowMs();
  const notice = shown.notice ?? doneOf(call, words.done);
  const said = shown.said ?? endpoint;
  return (
    <DeskLayout {...{ deps, notice, title, at: AT, visitor: call.visitor, setup: setupOf(call) }}>
      <p class="crumbs">
        <a href={AT}>{title}</a>
      </p>
      <h1 class="wrap">
        {endpoint.url} <EndpointState endpoint={endpoint} />
      </h1>
      {shown.secret !== undefined && <Secret>{shown.secret}</Secret>}
      <div class="two">
        <section aria-labelledby="sent">
          <h2 id="sent">{words.sent}</h2>
          <Filters {...{ to, filter }} />
          <Deliveries to={() => to} rows={deliveries.data} />
          {deliveries.next_cursor !== null && (
            <a class="more" href={`${to}?${queryOf(filter, { cursor: deliveries.next_cursor })}`}>
              {words.older}
            </a>
          )}
        </section>
        <aside class="card" aria-labelledby="facts">
          <h2 id="facts">{messagesFor(call).desk.shipment.details}</h2>
          <Facts {...{ endpoint, health, nowMs }} />
          <Acts {...{ endpoint, health, to }} />
        </aside>
      </div>
      <section>
        <h2>{words.change}</h2>
        <EndpointFault fault={shown.fault} />
        <PostForm to={to} class="stack narrow card">
          <EndpointFields fault={shown.fault} said={said} />
          <button type="submit" class="primary" name="do" value="change">
            {words.save}
          </button>
        </PostForm>
      </section>
      <Integration {...{ deps, endpoint }} />
    </DeskLayout>
  );
}

function queryOf({ state, type }: Filter, page: { readonly cursor?: string } = {}): string {
  const query = new URLSearchParams(page);
  if (state !== null) query.set('state', state);
  if (type !== null) query.set('type', type);
  return query.toString();
}

interface FactsProps {
  readonly endpoint: Endpoint;
  readonly health: EndpointHealth;
  readonly nowMs: number;
}

function Facts({ endpoint, health, nowMs }: FactsProps) {
  const words = useMessages().desk.webhook;
  const { events, format } = useMessages().desk.webhooks;
  const { carriers = [], statuses = [], tags = [] } = endpoint.filters;
  const only = [...carriers, ...statuses, ...tags];
  const older = endpoint.olderSecretsUntilMs.at(-1);
  return (
    <dl class="facts">
      <dt>{format}</dt>
      <dd>{FORMAT_NAMES[endpoint.format]}</dd>
      <dt>{events}</dt>
      <dd class="wrap">
        <EventsOf endpoint={endpoint} />
        {only.length > 0 && <span class="soft"> {words.onlyFor({ what: only.join(', ') })}</span>}
      </dd>
      <dt>{words.waiting}</dt>
      <dd>{health.waiting}</dd>
      <dt>{words.givenUp}</dt>
      <dd>{health.dead}</dd>
      <dt>{words.lastDay}</dt>
      <dd>{words.deliveredOf({ delivered: health.day.delivered, all: sumOf(health.day) })}</dd>
      <dt>{words.lastDelivered}</dt>
      <dd>
        <Instant at={iso(endpoint.lastSuccessAtMs)} nowMs={nowMs} />
      </dd>
      {endpoint.lastFailureAtMs !== null && (
        <>
          <dt>{words.lastFailed}</dt>
          <dd>
            <Instant at={iso(endpoint.lastFailureAtMs)} nowMs={nowMs} />{' '}
            <Why>{endpoint.lastFailure}</Why>
          </dd>
        </>
      )}
      {endpoint.disabledReason !== null && (
        <>
          <dt>{words.disabledBecause}</dt>
          <dd>
            <Why>{endpoint.disabledReason}</Why>
          </dd>
        </>
      )}
      {older !== undefined && older > nowMs && (
        <>
          <dt>{words.olderSecret}</dt>
          <dd>
            <Instant at={iso(older)} />
          </dd>
        </>
      )}
    </dl>
  );
}

function sumOf(day: EndpointHealth['day']): number {
  return Object.values(day).reduce((sum, each) => sum + each, 0);
}

interface ActsProps {
  readonly endpoint: Endpoint;
  readonly health: EndpointHealth;
  readonly to: string;
}

function Acts({ endpoint, health, to }: ActsProps) {
  const words = useMessages().desk.webhook;
  const { sendTest, remove } = useMessages().desk.webhooks;
  const actionButton = (doing: string, label: string, fields = {}) => (
    <Action {...{ to, label }} fields={{ do: doing, ...fields }} />
  );
  return (
    <div class="row">
      {actionButton('test', sendTest)}
      {health.dead > 0 && actionButton('replay', words.replayAll)}
      {endpoint.state === 'active' ? (
        actionButton('disable', words.disable)
      ) : (
        <>
          {actionButton('enable', words.enable)}
          {health.waiting > 0 && actionButton('enable', words.enableAnew, { missed: 'cancel' })}
        </>
      )}
      {actionButton('rotate', words.rotate)}
      <Removal {...{ to, label: remove, sure: words.removeSurely }} fields={{ do: 'remove' }} />
    </div>
  );
}

function Filters({ to, filter }: { readonly to: string; readonly filter: Filter }) {
  const words = useMessages().desk.webhook;
  const { state: stateWord } = useMessages().desk.webhooks;
  const link = (other: Partial<Filter>) => `${to}?${queryOf({ ...filter, ...other })}`;
  const nameOf = (state: DeliveryState | null) =>
    state === null ? words.any : words.states[state];
  const states = [null, ...DELIVERY_STATES].map((state) => ({
    href: link({ state }),
    name: nameOf(state),
    current: state === filter.state,
  }));
  const types = [null, ...choosableTypes()].map((type) => ({
    href: link({ type }),
    name: type ?? words.any,
    current: type === filter.type,
  }));
  return (
    <div class="chips">
      <FilterMenu
        summary={`${stateWord}: ${nameOf(filter.state)}`}
        label={stateWord}
        choices={states}
        isOn={filter.state !== null}
      />
      <FilterMenu
        summary={`${words.event}: ${filter.type ?? words.any}`}
        label={words.event}
        choices={types}
        isOn={filter.type !== null}
      />
    </div>
  );
}
