import { isUuid } from '../../../kernel/ids.ts';
import type { MailboxMessage, MailboxPage } from '../../../reactions/notifications/index.ts';
import { namedBy, useMessages } from '../../console/kit/language.ts';
import { DeskLayout, PageHead } from '../../console/kit/layout.tsx';
import { Empty, Instant, RawText, ShipmentLink, Table, Tag } from '../../console/kit/pieces.tsx';
import type { DeskPageProps } from '../../console/kit/visit.ts';

/**
 * Contents of the embedded mailbox: all messages that would have been sent, and those of test
 * parcels.
 */
export function MailboxListPage({
  deps,
  call,
  page,
}: DeskPageProps & { readonly page: MailboxPage }) {
  const words = useMessages().console.mailbox;
  const { channels } = useMessages().desk.shipment;
  const nowMs = deps.parts.clock.nowMs();
  return (
    <DeskLayout deps={deps} title={words.title} visitor={call.visitor} at="/console/hub/mailbox">
      <PageHead title={words.title} lead={words.lead} />
      {page.messages.length === 0 ? (
        <Empty>{words.none}</Empty>
      ) : (
        <Table label={words.messages} head={['', words.to, words.one, words.when]} stacks>
          {page.messages.map((message) => (
            <tr key={message.name}>
              <td>
                <Tag>{namedBy(channels, message.kind)}</Tag>
              </td>
              <td>{short(message.to, 48) || <span class="soft">{words.nobody}</span>}</td>
              <td class="wrap">
                <a href={`/console/hub/mailbox/${message.name}`}>
                  {headlineOf(message.subject) || words.noSubject}
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
          <a href={`/console/hub/mailbox?before=${page.next}`}>{words.older}</a>
        </p>
      )}
    </DeskLayout>
  );
}

/** The first line of a message, without links: an SMS has no subject. Pure. */
function headlineOf(subject: string): string {
  const [line = ''] = subject
    .replace(/https?:\/\/\S+/g, '')
    .trim()
    .split('\n');
  return short(line.trim(), HEADLINE_CHARS_MAX);
}

/** About one line beside the other columns. */
const HEADLINE_CHARS_MAX = 80;

function short(text: string, charsMax: number): string {
  return text.length > charsMax ? `${text.slice(0, charsMax)}…` : text;
}

/** One message: as the recipient sees it, as plain text, its headers, and the file itself. */
export function MailboxMessagePage({
  deps,
  call,
  message,
}: DeskPageProps & { readonly message: MailboxMessage }) {
  const { mailbox: words, templates } = useMessages().console;
  return (
    <DeskLayout deps={deps} title={words.one} visitor={call.visitor} at="/console/hub/mailbox">
      <PageHead
        title={message.subject || words.untitled}
        above={[['/console/hub/mailbox', words.title]]}
      />
      <dl class="facts">
        <dt>{words.kind}</dt>
        <dd>{message.kind}</dd>
        {message.from && (
          <>
            <dt>{words.from}</dt>
            <dd>{message.from}</dd>
          </>
        )}
        <dt>{words.to}</dt>
        <dd>{message.to || words.nobody}</dd>
        <dt>{words.when}</dt>
        <dd>
          <Instant at={message.at} nowMs={deps.parts.clock.nowMs()} />
        </dd>
        <dt>{words.shipment}</dt>
        <dd>
          {isUuid(message.shipmentId) ? (
            <ShipmentLink id={message.shipmentId} number={message.shipmentId} />
          ) : (
            <code>{message.shipmentId}</code>
          )}
        </dd>
      </dl>
      {message.html !== null && (
        <MailFrame src={`/console/hub/mailbox/${message.name}/html`} title={words.displayed} />
      )}
      {message.text !== null && (
        <section aria-labelledby="text">
          <h2 id="text">{message.html === null ? words.text : templates.plainText}</h2>
          <RawText>{message.text}</RawText>
        </section>
      )}
      {message.headers.length > 0 && (
        <details>
          <summary>{words.headers}</summary>
          <dl class="facts">
            {message.headers.map(({ name, value }, index) => (
              <HeaderRow key={index} name={name} value={value} />
            ))}
          </dl>
        </details>
      )}
      <details open={message.html === null}>
        <summary>{words.file}</summary>
        <RawText>{message.raw}</RawText>
      </details>
    </DeskLayout>
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
