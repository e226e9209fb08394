import {
  CONFIRMATION,
  NOTIFICATION_STATES,
  type OperatorsNotification,
} from '../../../reactions/notifications/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { Filter } from '../../console/kit/choices.tsx';
import {
  Action,
  Empty,
  Instant,
  ShipmentLink,
  Table,
  Tag,
  type Tone,
} from '../../console/kit/pieces.tsx';
import { Layout } from '../../console/operators/layout.tsx';
import type { ConsoleDeps, PageCall } from '../../console/operators/visit.ts';

const AT = '/ops/notifications';
type State = OperatorsNotification['state'];

interface PageProps {
  readonly deps: ConsoleDeps;
  readonly call: PageCall;
  readonly messages: readonly OperatorsNotification[];
  /** The state to filter by; null: all states. */
  readonly state: State | null;
  readonly nextCursor: string | null;
}

/** Every decision to notify somebody or not, newest first. */
export function NotificationsPage(props: PageProps) {
  const { deps, call, messages, state, nextCursor } = props;
  const { visitor } = call;
  const { assets } = deps;
  const nowMs = deps.parts.clock.nowMs();
  const filtered = state === null ? '' : `state=${state}&`;
  return (
    <Layout assets={assets} visitor={visitor} title="Notifications" at={AT}>
      <h1>Notifications</h1>
      <p class="lead">
        Messages to people about their parcels: which were sent, which were not, and why. Addresses
        and texts are not stored here.
      </p>
      <ul class="filters" aria-label="State">
        <Filter href={AT} name="all" current={state === null} />
        {NOTIFICATION_STATES.map((each) => (
          <Filter
            key={each}
            href={`${AT}?state=${each}`}
            name={WORDS[each]}
            current={state === each}
          />
        ))}
      </ul>
      {messages.length === 0 ? (
        <Empty>None in the last 90 days.</Empty>
      ) : (
        <Table
          label="Messages"
          head={['When', 'About', 'To', 'Merchant', 'State', 'Tries', 'Why', '']}
          stacks
        >
          {messages.map((message) => (
            <tr key={message.id}>
              <td>
                <Instant at={iso(message.createdAtMs)} nowMs={nowMs} />
              </td>
              <td>
                {message.milestone.replaceAll('_', ' ')}{' '}
                <ShipmentLink
                  id={message.shipmentId}
                  number={message.shipmentId.slice(-SHOWN_DIGITS)}
                />
              </td>
              <td>
                {message.audience} <span class="soft">by {byWhat(message)}</span>
              </td>
              <td>
                {message.merchant} <span class="soft">{message.mode}</span>
              </td>
              <td>
                <Tag tone={TONES[message.state]}>{WORDS[message.state]}</Tag>
              </td>
              <td>{message.attempts}</td>
              <td class="wrap">{message.reason?.replaceAll('_', ' ') ?? ''}</td>
              <td class="actions">
                {visitor.power === 'write' && canBeRetried(message) && (
                  <Action
                    to={`${AT}/${message.id}/retry`}
                    csrf={visitor.csrf}
                    label="Retry"
                    about={`${message.milestone} of ${message.shipmentId}`}
                    fields={state === null ? {} : { state }}
                  />
                )}
              </td>
            </tr>
          ))}
        </Table>
      )}
      {nextCursor !== null && (
        <a class="more" href={`${AT}?${filtered}cursor=${nextCursor}`}>
          Older
        </a>
      )}
    </Layout>
  );
}

/** The end of an id, which distinguishes it; the link contains the whole. */
const SHOWN_DIGITS = 12;

/** Messages given up may be retried; messages that may have been sent are not sent twice. */
const RETRIED: ReadonlySet<State> = new Set(['dead', 'failed']);

/** Confirmation requests per address are limited, so operators cannot resend them. */
const canBeRetried = ({ state, milestone }: OperatorsNotification) =>
  RETRIED.has(state) && milestone !== CONFIRMATION;

const WORDS: Readonly<Record<State, string>> = {
  queued: 'queued',
  postponed: 'postponed',
  sending: 'sending',
  sent: 'sent',
  delivered: 'delivered',
  bounced: 'bounced',
  complained: 'complained',
  failed: 'refused by the provider',
  dead: 'given up',
  unknown: 'unknown',
  not_sent: 'not sent',
};

const TONES: Readonly<Record<State, Tone>> = {
  queued: 'plain',
  postponed: 'plain',
  sending: 'plain',
  sent: 'good',
  delivered: 'good',
  bounced: 'warn',
  complained: 'warn',
  failed: 'bad',
  dead: 'bad',
  unknown: 'warn',
  not_sent: 'plain',
};

function byWhat({ channel, provider }: OperatorsNotification): string {
  return provider === null || provider === channel ? channel : `${channel}, ${provider}`;
}
