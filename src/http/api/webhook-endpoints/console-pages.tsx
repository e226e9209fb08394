import {
  DELIVERY_STATES,
  type Delivery,
  type DeliveryState,
  type OperatorsEndpoint,
} from '../../../reactions/merchant-webhooks/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { Tabs } from '../../console/kit/choices.tsx';
import { Sentence } from '../../console/kit/fields.tsx';
import { useMessages } from '../../console/kit/language.ts';
import { DeskLayout, PageHead } from '../../console/kit/layout.tsx';
import {
  Action,
  Empty,
  Fact,
  Instant,
  Older,
  ShipmentLink,
  ShowAll,
  Table,
  Tag,
} from '../../console/kit/pieces.tsx';
import type { DeskCall, DeskPageProps } from '../../console/kit/visit.ts';
import { MerchantName } from '../../console/kit/whose.tsx';
import { DELIVERY_TONES, mayBeResent, Why } from '../../console/webhooks/deliveries-table.tsx';

const AT = '/console/hub/webhooks';
/** More than anybody reads; those with problems come first. */
export const ENDPOINTS_SHOWN = 100;

interface ListProps extends DeskPageProps {
  readonly endpoints: readonly OperatorsEndpoint[];
  /** How many there are. */
  readonly total: number;
  readonly troubled: boolean;
}

export function WebhookEndpointsPage({ deps, call, endpoints, total, troubled }: ListProps) {
  const words = useMessages().console.webhooks;
  const nowMs = deps.parts.clock.nowMs();
  const none = troubled ? words.noneTroubled : words.none;
  const problems = endpoints.filter(({ isTroubled }) => isTroubled).length;
  return (
    <DeskLayout deps={deps} visitor={call.visitor} title={words.title} at={AT}>
      <PageHead title={words.title} lead={words.lead} />
      {(problems > 0 || troubled) && (
        <Tabs
          label={words.which}
          tabs={[
            { href: AT, name: words.all, count: total, isCurrent: !troubled },
            {
              href: `${AT}?show=trouble`,
              name: words.withProblems,
              // Those with problems come first, so only a list full of them may lack some.
              count: problems < ENDPOINTS_SHOWN ? problems : `${problems}+`,
              isCurrent: troubled,
              isUrgent: problems > 0,
            },
          ]}
        />
      )}
      {endpoints.length === 0 ? (
        <Empty says={none} action={troubled && <ShowAll href={AT} />} />
      ) : (
        <Table
          label={words.endpoints}
          head={[
            words.endpoint,
            words.merchant,
            words.state,
            words.waiting,
            words.failed,
            words.lastDelivered,
          ]}
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
                <MerchantName call={call} slug={found.merchant} mode={found.endpoint.tenant.mode} />
              </td>
              <td>
                <State found={found} />
              </td>
              <td class="number">{found.waiting}</td>
              <td class="number">{found.dead}</td>
              <td>
                <Instant at={iso(found.endpoint.lastSuccessAtMs)} nowMs={nowMs} />
              </td>
            </tr>
          ))}
        </Table>
      )}
      {endpoints.length === ENDPOINTS_SHOWN && total > ENDPOINTS_SHOWN && (
        <p class="soft">{words.shownFirst({ count: ENDPOINTS_SHOWN })}</p>
      )}
    </DeskLayout>
  );
}

function State({ found }: { readonly found: OperatorsEndpoint }) {
  const { endpoint, dead, isTroubled } = found;
  const words = useMessages().console.webhooks.endpointStates;
  if (endpoint.state === 'disabled') {
    return isTroubled ? (
      <Tag tone="bad">{words.disabled}</Tag>
    ) : (
      <Tag>{words.disabledByMerchant}</Tag>
    );
  }
  if (endpoint.failingSinceMs !== null) return <Tag tone="warn">{words.failing}</Tag>;
  if (dead > 0) return <Tag tone="warn">{words.someFailed}</Tag>;
  if (endpoint.lastSuccessAtMs === null) return <Tag>{words.nothingSent}</Tag>;
  return <Tag tone="good">{words.ok}</Tag>;
}

interface OneProps extends DeskPageProps {
  readonly found: OperatorsEndpoint;
  readonly deliveries: readonly Delivery[];
  /** Tracking numbers by the shipment's id, without those deleted since. */
  readonly numbers: ReadonlyMap<string, string>;
  readonly state: DeliveryState | null;
  readonly nextCursor: string | null;
}

export function WebhookEndpointPage(props: OneProps) {
  const { deps, call, found, deliveries, state, nextCursor } = props;
  const words = useMessages().console.webhooks;
  const { visitor } = call;
  const path = `${AT}/${found.endpoint.id}`;
  const row = useRow(path, props);
  const nowMs = deps.parts.clock.nowMs();
  const filtered = state === null ? '' : `state=${state}&`;
  return (
    <DeskLayout deps={deps} visitor={visitor} title={words.one} at={AT}>
      <PageHead
        title={
          <>
            {found.origin} <code>{found.fingerprint}</code>
          </>
        }
        marks={<State found={found} />}
        above={[[AT, words.title]]}
      />
      {found.endpoint.disabledReason !== null && (
        <p class="reason">
          <Sentence text={found.endpoint.disabledReason} />
        </p>
      )}
      <Facts call={call} found={found} nowMs={nowMs} />
      {visitor.power === 'write' && (
        <div class="row">
          {found.dead > 0 && (
            <Action to={`${path}/replay`} label={words.resendFailed} kind="primary" />
          )}
          {found.endpoint.state === 'disabled' && (
            <Action to={`${path}/enable`} label={words.enable} />
          )}
        </div>
      )}
      <h2>{words.deliveries}</h2>
      {(deliveries.length > 0 || state !== null) && (
        <Tabs
          label={words.state}
          tabs={[null, ...DELIVERY_STATES].map((each) => ({
            href: each === null ? path : `${path}?state=${each}`,
            name: each === null ? words.anyState : words.states[each],
            isCurrent: state === each,
          }))}
        />
      )}
      {deliveries.length === 0 ? (
        <Empty>{words.noDeliveries}</Empty>
      ) : (
        <Table
          label={words.deliveries}
          head={[words.when, words.event, words.about, words.state, words.tries, words.why, '']}
          stacks
        >
          {deliveries.map(row)}
        </Table>
      )}
      {nextCursor !== null && <Older href={`${path}?${filtered}cursor=${nextCursor}`} />}
    </DeskLayout>
  );
}

/** The end of an id, which distinguishes it; the title contains the whole. */
const SHOWN_DIGITS = 12;

/** Not a component: the table labels the cells of its rows. */
function useRow(path: string, { deps, call: { visitor }, numbers }: OneProps) {
  const nowMs = deps.parts.clock.nowMs();
  const words = useMessages().console.webhooks;
  return (delivery: Delivery) => {
    const { type, sequence, subjectId: subject } = delivery;
    const number = numbers.get(subject);
    return (
      <tr key={delivery.id}>
        <td>
          <Instant at={iso(delivery.recordedAtMs)} nowMs={nowMs} />
        </td>
        <td>
          {type} <span class="soft">#{sequence}</span>
        </td>
        <td>
          {number === undefined ? (
            <code title={subject}>{subject.slice(-SHOWN_DIGITS)}</code>
          ) : (
            <ShipmentLink id={subject} number={number} />
          )}
        </td>
        <td>
          <Tag tone={DELIVERY_TONES[delivery.state]}>{words.states[delivery.state]}</Tag>
        </td>
        <td class="number">{delivery.attempts}</td>
        <td class="wrap">
          <Why>{delivery.lastReason}</Why>
          {delivery.nextAttemptAtMs !== null && (
            <span class="soft">
              {' · '}
              {words.next} <Instant at={iso(delivery.nextAttemptAtMs)} nowMs={nowMs} />
            </span>
          )}
        </td>
        <td class="actions">
          {visitor.power === 'write' && mayBeResent(delivery) && (
            <Action
              to={`${path}/replay`}
              label={words.resend}
              about={words.resendWhat({ type, sequence, subject: number ?? subject })}
              fields={{ delivery: delivery.id }}
            />
          )}
        </td>
      </tr>
    );
  };
}

interface FactsProps {
  readonly call: DeskCall;
  readonly found: OperatorsEndpoint;
  readonly nowMs: number;
}

function Facts({ call, found, nowMs }: FactsProps) {
  const words = useMessages().console.webhooks;
  const { endpoint } = found;
  const { carriers = [], statuses = [], tags = [] } = endpoint.filters;
  const filters = [...carriers, ...statuses, ...tags].join(', ');
  const failures = words.failures({ count: endpoint.failures });
  const times = [
    [words.lastFailed, endpoint.lastFailureAtMs, <Why>{endpoint.lastFailure}</Why>],
    [words.failingSince, endpoint.failingSinceMs, <span class="soft">{failures}</span>],
    [words.pausedUntil, endpoint.pausedUntilMs, null],
  ] as const;
  return (
    <dl class="facts card">
      <Fact name={words.merchant}>
        <MerchantName call={call} slug={found.merchant} mode={endpoint.tenant.mode} />
      </Fact>
      <Fact name={words.events}>
        {endpoint.events.includes('*') ? words.allEvents : endpoint.events.join(', ')}
        {filters !== '' && <span class="soft"> {words.onlyFor({ filters })}</span>}
      </Fact>
      <Fact name={words.waiting}>{found.waiting}</Fact>
      <Fact name={words.failed}>{found.dead}</Fact>
      <Fact name={words.lastDelivered}>
        <Instant at={iso(endpoint.lastSuccessAtMs)} nowMs={nowMs} />
      </Fact>
      {times.map(
        ([name, atMs, more]) =>
          atMs !== null && (
            <Fact key={name} name={name}>
              <Instant at={iso(atMs)} nowMs={nowMs} /> {more}
            </Fact>
          ),
      )}
      <Fact name={words.id}>
        <code>{endpoint.id}</code>
      </Fact>
    </dl>
  );
}
