import type { Messages } from '../../../platform/messages/shape.ts';
import type { Attempt, Delivery, Endpoint } from '../../../reactions/merchant-webhooks/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { DeskLayout } from '../kit/layout.tsx';
import { Action, Empty, Instant, RawText, Table, Tag } from '../kit/pieces.tsx';
import { messagesFor } from '../kit/spoken.tsx';
import type { DeskPageProps } from '../kit/visit.ts';
import { DELIVERY_TONES, mayBeResent, Why } from './deliveries-table.tsx';
import { AT } from './list-page.tsx';

interface Props extends DeskPageProps {
  readonly endpoint: Endpoint;
  readonly found: {
    readonly delivery: Delivery;
    readonly body: Buffer;
    readonly attempts: readonly Attempt[];
  };
}

/** A webhook delivery, formatted for reading, and the response to each attempt. */
export function DeliveryPage({ deps, call, endpoint, found }: Props) {
  const { delivery, body, attempts } = found;
  const { visitor, query } = call;
  const words = messagesFor(call).desk.webhook;
  const { title, state } = messagesFor(call).desk.webhooks;
  const to = `${AT}/${endpoint.id}`;
  const notice = query.get('done') === 'resent' ? words.done.resent : null;
  const isOfShipment = delivery.type.startsWith('shipment.');
  return (
    <DeskLayout {...{ deps, visitor, title, notice, at: AT }}>
      <p class="crumbs">
        <a href={AT}>{title}</a>{' '}
        <a href={to} class="wrap">
          {endpoint.url}
        </a>
      </p>
      <h1 class="wrap">
        <code>{delivery.type}</code>{' '}
        <Tag tone={DELIVERY_TONES[delivery.state]}>{words.states[delivery.state]}</Tag>
      </h1>
      <dl class="facts">
        <dt>{words.when}</dt>
        <dd>
          <Instant at={iso(delivery.recordedAtMs)} />
        </dd>
        <dt>{state}</dt>
        <dd>
          {words.states[delivery.state]}
          {delivery.nextAttemptAtMs !== null && (
            <>
              , {words.nextAttempt} <Instant at={iso(delivery.nextAttemptAtMs)} />
            </>
          )}
        </dd>
        <dt>
          <code>webhook-id</code>
        </dt>
        <dd class="wrap">
          <code>{delivery.id}</code>
        </dd>
        {isOfShipment && !delivery.isErased && (
          <>
            <dt>{words.about}</dt>
            <dd>
              <a href={`/console/shipments/${delivery.subjectId}`}>{words.theParcel}</a>
            </dd>
          </>
        )}
      </dl>
      {mayBeResent(delivery) && (
        <div class="row">
          <Action to={`${to}/deliveries/${delivery.id}`} label={words.resend} />
        </div>
      )}
      <section>
        <h2>{words.attempts}</h2>
        <Attempts {...{ attempts, words }} />
      </section>
      <section>
        <h2>{words.body}</h2>
        {delivery.isErased ? (
          <Empty>{words.erased}</Empty>
        ) : (
          <RawText>{JSON.stringify(JSON.parse(body.toString('utf8')), null, 2)}</RawText>
        )}
      </section>
    </DeskLayout>
  );
}

interface AttemptsProps {
  readonly attempts: readonly Attempt[];
  readonly words: Messages['desk']['webhook'];
}

function Attempts({ attempts, words }: AttemptsProps) {
  if (attempts.length === 0) return <Empty>{words.noAttempt}</Empty>;
  const head = [words.nr, words.when, words.took, words.status, words.answer];
  return (
    <Table label={words.attempts} {...{ head }} stacks>
      {attempts.map(({ nr, atMs, durationMs, status, reason, response }) => (
        <tr key={nr}>
          <td class="number">{nr}</td>
          <td>
            <Instant at={iso(atMs)} />
          </td>
          <td class="number">{durationMs} ms</td>
          <td class="number">{status ?? '–'}</td>
          <td class="wrap">
            <Why>{reason}</Why>
            {response !== null && response !== '' && (
              <p>
                <code>{response}</code>
              </p>
            )}
          </td>
        </tr>
      ))}
    </Table>
  );
}
