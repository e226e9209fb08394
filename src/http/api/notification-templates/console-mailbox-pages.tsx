import type { MailboxMessage, MailboxPage } from '../../../reactions/notifications/index.ts';
import type { Shipment } from '../../../tracking/ports/shipments.ts';
import { namedBy, useMessages } from '../../console/kit/language.ts';
import { DeskLayout, PageHead } from '../../console/kit/layout.tsx';
import {
  Empty,
  Fact,
  Instant,
  Older,
  RawText,
  ShipmentLink,
  Table,
  Tag,
} from '../../console/kit/pieces.tsx';
import type { DeskCall, DeskPageProps } from '../../console/kit/visit.ts';
import { MerchantName } from '../../console/kit/whose.tsx';

/** Parcels by their ids, without those deleted since. */
type Shipments = ReadonlyMap<string, Shipment>;

interface ListProps extends DeskPageProps {
  readonly page: MailboxPage;
  readonly shipments: Shipments;
}

/**
 * Contents of the embedded mailbox: all messages that would have been sent, and those of test
 * parcels.
 */
export function MailboxListPage({ deps, call, page, shipments }: ListProps) {
  const words = useMessages().console.mailbox;
  const { channels } = useMessages().desk.shipment;
  const nowMs = deps.parts.clock.nowMs();
  const { kind, to, one, merchant, shipment, when } = words;
  return (
    <DeskLayout deps={deps} title={words.title} visitor={call.visitor} at="/console/hub/mailbox">
      <PageHead title={words.title} lead={words.lead} />
      {page.messages.length === 0 ? (
        <Empty says={words.none} />
      ) : (
        <Table label={words.messages} head={[kind, to, one, merchant, shipment, when]} stacks>
          {page.messages.map((message) => (
            <tr key={message.name}>
              <td>
                <Tag>{namedBy(channels, message.kind)}</Tag>
              </td>
              <td class="wrap">{message.to || <span class="soft">{words.nobody}</span>}</td>
              <td class="wrap">
                <a href={`/console/hub/mailbox/${message.name}`} title={message.subject}>
                  {headlineOf(message) || words.noSubject}
                </a>
              </td>
              <td>
                <Merchant call={call} of={shipments.get(message.shipmentId)} />
              </td>
              <td>
                <Parcel id={message.shipmentId} shipments={shipments} />
              </td>
              <td>
                <Instant at={message.at} nowMs={nowMs} />
              </td>
            </tr>
          ))}
        </Table>
      )}
      {page.next && <Older href={`/console/hub/mailbox?before=${page.next}`} />}
    </DeskLayout>
  );
}

interface MerchantProps {
  readonly call: DeskCall;
  readonly of: Shipment | undefined;
}

/** The merchant of a parcel. */
function Merchant({ call, of: shipment }: MerchantProps) {
  const { memberships } = call.visitor;
  const known = memberships.find(({ tenant }) => tenant.merchantId === shipment?.merchantId);
  if (shipment === undefined || known === undefined) return <span class="soft">–</span>;
  return <MerchantName call={call} slug={known.slug} mode={shipment.mode} />;
}

interface ParcelProps {
  readonly id: string;
  readonly shipments: Shipments;
}

/** The parcel that a message is about; without a link if it is deleted. */
function Parcel({ id, shipments }: ParcelProps) {
  const shipment = shipments.get(id);
  if (shipment !== undefined) return <ShipmentLink id={id} number={shipment.trackingNumber} />;
  return <code title={id}>{id.slice(-SHOWN_DIGITS)}</code>;
}

/** The end of an id, which distinguishes it; the title contains the whole. */
const SHOWN_DIGITS = 12;
/** About two lines beside the other columns. */
const HEADLINE_CHARS_MAX = 90;

/** What a message says in a line: its subject, or the beginning of its text; links are left out. Pure. */
function headlineOf({ kind, subject, text }: MailboxMessage): string {
  const [line = ''] = ((kind === 'sms' && text) || subject)
    .replace(/https?:\/\/\S+/g, '…')
    .trim()
    .split('\n');
  if (line.length <= HEADLINE_CHARS_MAX) return line;
  const cut = line.slice(0, HEADLINE_CHARS_MAX);
  const end = cut.lastIndexOf(' ');
  return `${end === -1 ? cut : cut.slice(0, end)}…`;
}

interface OneProps extends DeskPageProps {
  readonly message: MailboxMessage;
  readonly shipments: Shipments;
}

/** One message: as the recipient sees it, as plain text, its headers, and the file itself. */
export function MailboxMessagePage({ deps, call, message, shipments }: OneProps) {
  const { console: hub, desk } = useMessages();
  const { mailbox: words, templates } = hub;
  return (
    <DeskLayout deps={deps} title={words.one} visitor={call.visitor} at="/console/hub/mailbox">
      <PageHead
        title={headlineOf(message) || words.untitled}
        above={[['/console/hub/mailbox', words.title]]}
      />
      <dl class="facts">
        <Fact name={words.kind}>{namedBy(desk.shipment.channels, message.kind)}</Fact>
        {message.from && <Fact name={words.from}>{message.from}</Fact>}
        <Fact name={words.to}>{message.to || words.nobody}</Fact>
        <Fact name={words.when}>
          <Instant at={message.at} nowMs={deps.parts.clock.nowMs()} />
        </Fact>
        <Fact name={words.merchant}>
          <Merchant call={call} of={shipments.get(message.shipmentId)} />
        </Fact>
        <Fact name={words.shipment}>
          <Parcel id={message.shipmentId} shipments={shipments} />
        </Fact>
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
              <Fact key={index} name={name}>
                {value}
              </Fact>
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
