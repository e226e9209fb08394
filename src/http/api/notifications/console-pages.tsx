import {
  CONFIRMATION,
  NOTIFICATION_STATES,
  type OperatorsNotification,
} from '../../../reactions/notifications/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { Tabs } from '../../console/kit/choices.tsx';
import { namedBy, useMessages } from '../../console/kit/language.ts';
import { DeskLayout, PageHead } from '../../console/kit/layout.tsx';
import {
  Action,
  Empty,
  Instant,
  Older,
  ShipmentLink,
  ShowAll,
  Table,
  Tag,
  type Tone,
} from '../../console/kit/pieces.tsx';
import type { DeskPageProps } from '../../console/kit/visit.ts';
import { MerchantName } from '../../console/kit/whose.tsx';

const AT = '/console/hub/notifications';
type State = OperatorsNotification['state'];

/** What can be chosen, with the states of each; the first is shown at first. */
const SHOWN = {
  problems: ['dead', 'failed', 'unknown'],
  waiting: ['queued', 'postponed', 'sending'],
  sent: ['sent', 'delivered'],
  bounced: ['bounced', 'complained'],
  not_sent: ['not_sent'],
  all: null,
} as const satisfies Readonly<Record<string, readonly State[] | null>>;
type Shown = keyof typeof SHOWN;
const SHOWS = Object.keys(SHOWN) as Shown[];

/** Which messages a URL or form asks for. */
interface MessagesWanted {
  readonly show: Shown;
  /** One state, which other pages link to; null: those of `show`. */
  readonly state: State | null;
}

/** Parses a URL's parameters; invalid ones count as absent. Pure. */
export function messagesWanted(query: URLSearchParams): MessagesWanted {
  return {
    show: SHOWS.find((each) => each === query.get('show')) ?? 'problems',
    state: NOTIFICATION_STATES.find((each) => each === query.get('state')) ?? null,
  };
}

/** Null: every state. Pure. */
export function statesOf({ show, state }: MessagesWanted): readonly State[] | null {
  return state === null ? SHOWN[show] : [state];
}

function fieldsOf({ show, state }: MessagesWanted): Readonly<Record<string, string>> {
  if (state !== null) return { state };
  return show === 'problems' ? {} : { show };
}

const ALL: MessagesWanted = { show: 'all', state: null };

/** The list with these messages. Pure. */
export function messagesPath(wanted: MessagesWanted, more: Readonly<Record<string, string>> = {}) {
  const query = new URLSearchParams({ ...fieldsOf(wanted), ...more });
  return query.size === 0 ? AT : `${AT}?${query}`;
}

interface PageProps extends DeskPageProps {
  readonly wanted: MessagesWanted;
  readonly messages: readonly OperatorsNotification[];
  /** Tracking numbers by the shipment's id, without those deleted since. */
  readonly numbers: ReadonlyMap<string, string>;
  readonly nextCursor: string | null;
  /** The number of messages in the states that have few. */
  readonly counts: Readonly<Partial<Record<State, number>>>;
}

/** The number of messages in some states; undefined: one of them has too many to be counted. Pure. */
function countOf(states: readonly State[] | null, counts: PageProps['counts']) {
  if (states === null || states.some((state) => counts[state] === undefined)) return undefined;
  return states.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
}

/** Decisions to notify somebody or not, newest first; at first those that ended badly. */
export function NotificationsPage(props: PageProps) {
  const { deps, call, wanted, messages, nextCursor, counts } = props;
  const words = useMessages().console.notifications;
  const row = useRow(props);
  const { sender, setSender } = useMessages().console.overview.beforeLive;
  const isOfProblems = wanted.state === null && wanted.show === 'problems';
  const none = isOfProblems ? words.noProblems : words.none;
  return (
    <DeskLayout deps={deps} visitor={call.visitor} title={words.title} at={AT}>
      <PageHead title={words.title} lead={words.lead} />
      {deps.channels.mailFrom === null && (
        <p class="notice warn">
          {sender} <a href="/docs/guides/channels">{setSender}</a>
        </p>
      )}
      <Tabs
        label={words.state}
        tabs={[
          ...SHOWS.map((show) => ({
            href: messagesPath({ show, state: null }),
            name: words.shows[show],
            count: countOf(SHOWN[show], counts),
            isCurrent: wanted.state === null && wanted.show === show,
            isUrgent: show === 'problems' && countOf(SHOWN[show], counts) !== 0,
          })),
          ...(wanted.state === null
            ? []
            : [{ href: messagesPath(wanted), name: words.states[wanted.state], isCurrent: true }]),
        ]}
      />
      {messages.length === 0 ? (
        <Empty says={none} action={<ShowAll href={messagesPath(ALL)} />} />
      ) : (
        <Table
          label={words.messages}
          head={[...Object.values(words.head), '']}
          stacks="lines"
          isDense
        >
          {withoutRepeats(messages).map(row)}
        </Table>
      )}
      {nextCursor !== null && <Older href={messagesPath(wanted, { cursor: nextCursor })} />}
    </DeskLayout>
  );
}

/** A row, and how many alike it stands for. Not a component: the table labels its cells. */
function useRow({ deps, call: { visitor }, call, wanted, numbers }: PageProps) {
  const { console: all, desk } = useMessages();
  const { milestones, reasons } = desk.milestones;
  const words = all.notifications;
  const nowMs = deps.parts.clock.nowMs();
  return ({ message, times }: { message: OperatorsNotification; times: number }) => {
    const { id, shipmentId, milestone, state, reason, attempts } = message;
    const number = numbers.get(shipmentId) ?? shipmentId.slice(-SHOWN_DIGITS);
    const due = (message.sendAtMs ?? 0) > nowMs ? iso(message.sendAtMs) : null;
    const isInMailbox = message.provider === MAILBOX && state === 'sent';
    return (
      <tr key={id}>
        <td>
          <Instant at={iso(message.createdAtMs)} nowMs={nowMs} />
        </td>
        <td class="sentence">{milestones[milestone]}</td>
        <td>
          <ShipmentLink id={shipmentId} number={number} />
        </td>
        <td class="sentence">
          {words.audiences[message.audience]}{' '}
          <span class="soft">{words.by({ channel: byWhat(message, desk.shipment.channels) })}</span>
        </td>
        <td>
          <MerchantName call={call} slug={message.merchant} mode={message.mode} />
        </td>
        <td class="wrap">
          <Tag tone={isInMailbox ? 'plain' : TONES[state]}>
            {isInMailbox ? words.inMailbox : words.states[state]}
          </Tag>{' '}
          {times > 1 && <span class="soft">{times}×</span>}{' '}
          {attempts > 1 && <span class="soft">{words.tries({ count: attempts })}</span>}{' '}
          {(reason ?? due) && (
            <span class="soft sentence">
              {reason && namedBy(reasons, reason)} {reason && due && '· '}
              {due && <Instant at={due} nowMs={nowMs} />}
            </span>
          )}
        </td>
        <td class="actions">
          {visitor.power === 'write' && canBeRetried(message) && (
            <Action
              to={`${AT}/${id}/retry`}
              label={words.retry}
              about={words.retryWhat({ milestone: milestones[milestone], shipment: number })}
              fields={fieldsOf(wanted)}
            />
          )}
        </td>
      </tr>
    );
  };
}

/** Decisions not to send that differ in nothing but the moment: once, where the newest is. Pure. */
function withoutRepeats(messages: readonly OperatorsNotification[]) {
  const rows = new Map<string, { readonly message: OperatorsNotification; times: number }>();
  for (const message of messages) {
    const { id, shipmentId, milestone, channel, audience, state, reason } = message;
    const key =
      state === 'not_sent' ? [shipmentId, milestone, channel, audience, reason].join(' ') : id;
    const row = rows.get(key);
    if (row === undefined) rows.set(key, { message, times: 1 });
    else row.times += 1;
  }
  return [...rows.values()];
}

/** The provider that sends nothing: messages stay on the hub, to be looked at. */
const MAILBOX = 'mailbox';

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
  const isSaid = provider === null || provider === channel || provider === MAILBOX;
  return isSaid ? name : `${name}, ${provider}`;
}
