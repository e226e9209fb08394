import type { Notification, WrittenMessage } from '../../../reactions/notifications/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { useMessages } from '../kit/language.ts';
import { Moment, ShipmentLink, Table, Tag } from '../kit/pieces.tsx';

interface Props {
  readonly messages: readonly Notification[];
  readonly nowMs: number;
  /** Texts of manual messages, by message id. */
  readonly written?: ReadonlyMap<string, WrittenMessage>;
  /** Tracking numbers by shipment id, without deleted ones; absent: all are of one parcel. */
  readonly numbers?: ReadonlyMap<string, string>;
}

/** The filter that all messages of a merchant pass. */
export const EVERY_MESSAGE = {
  ...{ shipmentId: null, state: null, reason: null },
  ...{ milestone: null, channel: null, audience: null },
} as const;

/** Messages to people, those not sent, and why. */
export function SentTable({ messages, nowMs, written, numbers }: Props) {
  const words = useMessages().desk.shipment;
  const { milestones } = useMessages().desk.milestones;
  const { when, about, ...rest } = words.messageHead;
  const parcel = numbers && useMessages().console.notifications.head.parcel;
  const head = [when, about, ...(parcel ? [parcel] : []), ...Object.values(rest)];
  return (
    <Table label={words.messages} head={head} stacks isDense>
      {messages.map((each) => (
        <tr key={each.id}>
          <td>
            <Moment at={iso(each.createdAtMs)} nowMs={nowMs} />
          </td>
          <td class="wrap sentence">
            {milestones[each.milestone]}
            <Written of={written?.get(each.id)} />
          </td>
          {numbers && (
            <td>
              <ShipmentLink
                id={each.shipmentId}
                number={numbers.get(each.shipmentId) ?? each.shipmentId.slice(-SHOWN_DIGITS)}
              />
            </td>
          )}
          <td class="wrap sentence">
            {words.audiences[each.audience]}{' '}
            <span class="soft">{words.channels[each.channel]}</span>
          </td>
          <td class="wrap">
            <Tag tone={each.state === 'sent' ? 'good' : 'plain'}>
              {words.messageStates[each.state]}
            </Tag>{' '}
            <Reason>{each.reason}</Reason>
          </td>
        </tr>
      ))}
    </Table>
  );
}

/** The end of an id, which distinguishes it; the link contains the whole. */
const SHOWN_DIGITS = 12;

/** The text of a manual message; nothing for other messages. */
function Written({ of }: { readonly of: WrittenMessage | undefined }) {
  if (of === undefined) return null;
  return (
    <details>
      <summary>{of.subject}</summary>
      {of.text.split('\n').map((line, index) => (
        <p key={index}>{line}</p>
      ))}
    </details>
  );
}

/** Why a message was not sent, in the page's language if the reason is ours. */
function Reason({ children }: { readonly children: string | null }) {
  const { reasons } = useMessages().desk.milestones;
  if (children === null) return null;
  if (Object.hasOwn(reasons, children)) {
    return <span class="soft">{reasons[children as keyof typeof reasons]}</span>;
  }
  return <span lang="en">{children.replaceAll('_', ' ')}</span>;
}
