import {
  CONFIRMATION,
  NOTIFICATION_STATES,
  type OperatorsNotification,
} from '../../../reactions/notifications/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { Filter } from '../../console/kit/choices.tsx';
import { namedBy, useMessages } from '../../console/kit/language.ts';
import { DeskLayout } from '../../console/kit/layout.tsx';
import {
  Action,
  Empty,
  Instant,
  Older,
  ShipmentLink,
  Table,
  Tag,
  type Tone,
} from '../../console/kit/pieces.tsx';
import type { DeskCall, DeskDeps } from '../../console/kit/visit.ts';
import { MerchantName } from '../../console/kit/whose.tsx';

const AT = '/console/hub/notifications';
type State = OperatorsNotification['state'];

interface PageProps {
  readonly deps: DeskDeps;
  readonly call: DeskCall;
  readonly messages: readonly OperatorsNotification[];
  /** The state to filter by; null: all states. */
  readonly state: State | null;
  readonly nextCursor: string | null;
}

/** Every decision to notify somebody or not, newest first. */
export function NotificationsPage(props: PageProps) {
  const { deps, call, messages, state, nextCursor } = props;
  const { visitor } = call;
  const { console: all, desk } = useMessages();
  const words = all.notifications;
  const nowMs = deps.parts.clock.nowMs();
  const filtered = state === null ? '' : `state=${state}&`;
  return (
    <DeskLayout deps={deps} visitor={visitor} title={words.title} at={AT}>
      <h1>{words.title}</h1>
      <p class="lead">{words.lead}</p>
      <ul class="filters" aria-label={words.state}>
        <Filter href={AT} name={words.all} current={state === null} />
        {NOTIFICATION_STATES.map((each) => (
          <Filter
            key={each}
            href={`${AT}?state=${each}`}
            name={words.states[each]}
            current={state === each}
          />
        ))}
      </ul>
      {messages.length === 0 ? (
        <Empty>{words.none}</Empty>
      ) : (
        <Table
          label={words.messages}
          head={[
            words.when,
            words.about,
            words.to,
            words.merchant,
            words.state,
            words.tries,
            words.why,
            '',
          ]}
          stacks
          isDense
        >
          {messages.map((message) => (
            <tr key={message.id}>
              <td>
                <Instant at={iso(message.createdAtMs)} nowMs={nowMs} />
              </td>
              <td>
                {desk.milestones.milestones[message.milestone]}{' '}
                <ShipmentLink
                  id={message.shipmentId}
                  number={message.shipmentId.slice(-SHOWN_DIGITS)}
                />
              </td>
              <td>
                {words.audiences[message.audience]}{' '}
                <span class="soft">
                  {words.by({ channel: byWhat(message, desk.shipment.channels) })}
                </span>
              </td>
              <td>
                <MerchantName call={call} slug={message.merchant} mode={message.mode} />
              </td>
              <td>
                <Tag tone={TONES[message.state]}>{words.states[message.state]}</Tag>
              </td>
              <td>{message.attempts}</td>
              <td class="wrap">{message.reason && namedBy(words.reasons, message.reason)}</td>
              <td class="actions">
                {visitor.power === 'write' && canBeRetried(message) && (
                  <Action
                    to={`${AT}/${message.id}/retry`}
                    csrf={visitor.csrf}
                    label={words.retry}
                    about={words.retryWhat({
                      milestone: desk.milestones.milestones[message.milestone],
                      shipment: message.shipmentId,
                    })}
                    fields={state === null ? {} : { state }}
                  />
                )}
              </td>
            </tr>
          ))}
        </Table>
      )}
      {nextCursor !== null && <Older href={`${AT}?${filtered}cursor=${nextCursor}`} />}
    </DeskLayout>
  );
}

/** The end of an id, which distinguishes it; the link contains the whole. */
const SHOWN_DIGITS = 12;

/** Messages given up may be retried; messages that may have been sent are not sent twice. */
const RETRIED: ReadonlySet<State> = new Set(['dead', 'failed']);

/** Confirmation requests per address are limited, so operators cannot resend them. */
const canBeRetried = ({ state, milestone }: OperatorsNotification) =>
  RETRIED.has(state) && milestone !== CONFIRMATION;

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

function byWhat(
  { channel, provider }: OperatorsNotification,
  channels: Readonly<Record<string, string>>,
): string {
  const name = namedBy(channels, channel);
  return provider === null || provider === channel ? name : `${name}, ${provider}`;
}
