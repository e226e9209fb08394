import type { ErrorText } from '../../../kernel/errors.ts';
import {
  type Delivery,
  type DeliveryState,
  TEST_EVENT,
} from '../../../reactions/merchant-webhooks/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { Sentence } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import { Action, Empty, Instant, Table, Tag, type Tone } from '../kit/pieces.tsx';

/** Why an attempt failed. */
export function Why({ children }: { readonly children: ErrorText | null }) {
  return children === null ? null : <Sentence text={children} />;
}

export const DELIVERY_TONES: Readonly<Record<DeliveryState, Tone>> = {
  waiting: 'warn',
  delivered: 'good',
  dead: 'bad',
  cancelled: 'plain',
};

interface DeliveriesProps {
  readonly rows: readonly Delivery[];
  /** The path of a delivery's endpoint. */
  readonly to: (row: Delivery) => string;
}

/** What was sent, and what the receiver answered. */
export function Deliveries({ to, rows }: DeliveriesProps) {
  const words = useMessages().desk.webhook;
  const { state: stateWord } = useMessages().desk.webhooks;
  if (rows.length === 0) return <Empty>{words.nothingSent}</Empty>;
  const head = [words.when, words.event, stateWord, words.attempts, words.answer, ''];
  return (
    <Table label={words.sent} head={head} stacks>
      {rows.map((row) => (
        <tr key={row.id}>
          <td>
            <a href={`${to(row)}/deliveries/${row.id}`}>
              <Instant at={iso(row.recordedAtMs)} />
            </a>
          </td>
          <td>
            <code>{row.type}</code>
          </td>
          <td>
            <Tag tone={DELIVERY_TONES[row.state]}>{words.states[row.state]}</Tag>
          </td>
          <td class="number">{row.attempts}</td>
          <td class="wrap">
            {row.lastReason === null ? row.lastStatus : <Why>{row.lastReason}</Why>}
          </td>
          <td>
            {mayBeResent(row) && (
              <Action
                to={`${to(row)}/deliveries/${row.id}`}
                {...{ label: words.resend, about: `${row.type} ${row.sequence}` }}
              />
            )}
          </td>
        </tr>
      ))}
    </Table>
  );
}

/**
 * Whether a delivery can be sent again by hand: not while it waits, because it is sent
 * automatically then, and not a test or an erased one.
 */
export function mayBeResent({ state, type, isErased }: Delivery): boolean {
  return state !== 'waiting' && !isErased && type !== TEST_EVENT;
}
