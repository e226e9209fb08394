import { isUuid } from '../../../kernel/ids.ts';
import type { MailboxMessage, MailboxPage } from '../../../reactions/notifications/index.ts';
import { Empty, Instant, RawText, ShipmentLink, Table, Tag } from '../../console/kit/pieces.tsx';
import { Layout } from '../../console/operators/layout.tsx';
import type { ConsoleDeps, PageCall } from '../../console/operators/visit.ts';

interface PageProps {
  readonly deps: ConsoleDeps;
  readonly call: PageCall;
}

/**
 * Contents of the embedded mailbox: all messages that would have been sent, and those of test
 * parcels.
 */
export function MailboxListPage({ deps, call, page }: PageProps & { readonly page: MailboxPage }) {
  const nowMs = deps.parts.clock.nowMs();
  return (
    <Layout assets={deps.assets} title="Mailbox" visitor={call.visitor} at="/ops/mailbox">
      <h1>Mailbox</h1>
      <p class="lead">
        Messages that were stored here instead of being sent: every message about a test parcel, and
        messages of a kind (email, SMS, …) for which no provider is configured. They are files in
        the data folder.
      </p>
      {page.messages.length === 0 ? (
        <Empty>The mailbox is empty. Messages appear as parcels move.</Empty>
      ) : (
        <Table label="Messages" head={['', 'To', 'Subject', 'When']} stacks>
          {page.messages.map((message) => (
            <tr key={message.name}>
              <td>
                <Tag>{message.kind}</Tag>
              </td>
              <td>{short(message.to, 48) || <span class="soft">nobody</span>}</td>
              <td class="wrap">
                <a href={`/ops/mailbox/${message.name}`}>
                  {message.subject || 'without a subject'}
                </a>
              </td>
              <td>
                <Instant at={message.at} nowMs={nowMs} />
              </td>
            </tr>
          ))}
        </Table>
      )}
      {page.next && (
        <p class="more">
          <a href={`/ops/mailbox?before=${page.next}`}>Older messages</a>
        </p>
      )}
    </Layout>
  );
}

function short(text: string, charsMax: number): string {
  return text.length > charsMax ? `${text.slice(0, charsMax)}…` : text;
}

/** One message: as the recipient sees it, as plain text, its headers, and the file itself. */
export function MailboxMessagePage({
  deps,
  call,
  message,
}: PageProps & { readonly message: MailboxMessage }) {
  return (
    <Layout assets={deps.assets} title="Message" visitor={call.visitor} at="/ops/mailbox">
      <p class="crumbs">
        <a href="/ops/mailbox">Mailbox</a>
      </p>
      <h1>{message.subject || 'Without a subject'}</h1>
      <dl class="facts">
        <dt>Kind</dt>
        <dd>{message.kind}</dd>
        {message.from && (
          <>
            <dt>From</dt>
            <dd>{message.from}</dd>
          </>
        )}
        <dt>To</dt>
        <dd>{message.to || 'nobody'}</dd>
        <dt>When</dt>
        <dd>
          <Instant at={message.at} nowMs={deps.parts.clock.nowMs()} />
        </dd>
        <dt>Shipment</dt>
        <dd>
          {isUuid(message.shipmentId) ? (
            <ShipmentLink id={message.shipmentId} number={message.shipmentId} />
          ) : (
            <code>{message.shipmentId}</code>
          )}
        </dd>
      </dl>
      {message.html !== null && (
        <MailFrame src={`/ops/mailbox/${message.name}/html`} title="The email as displayed" />
      )}
      {message.text !== null && (
        <section aria-labelledby="text">
          <h2 id="text">{message.html === null ? 'Text' : 'Plain text version'}</h2>
          <RawText>{message.text}</RawText>
        </section>
      )}
      {message.headers.length > 0 && (
        <details>
          <summary>Headers</summary>
          <dl class="facts">
            {message.headers.map(({ name, value }, nr) => (
              <HeaderRow key={nr} name={name} value={value} />
            ))}
          </dl>
        </details>
      )}
      <details open={message.html === null}>
        <summary>The file</summary>
        <RawText>{message.raw}</RawText>
      </details>
    </Layout>
  );
}

function HeaderRow({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

/** A mail in its own sandboxed document; its links open elsewhere, as in a mail program. */
export function MailFrame({
  src,
  title,
  phone = false,
}: {
  readonly src: string;
  readonly title: string;
  readonly phone?: boolean;
}) {
  return (
    <iframe
      class={phone ? 'mail phone' : 'mail'}
      src={src}
      title={title}
      sandbox="allow-popups allow-popups-to-escape-sandbox"
      referrerpolicy="no-referrer"
    />
  );
}
