import type { RedactedContent } from '../../../intake/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { DeskLayout, PageHead } from '../kit/layout.tsx';
import { Empty, Instant, RawText, Scroller, Tag } from '../kit/pieces.tsx';
import { messagesFor } from '../kit/spoken.tsx';
import type { DeskPageProps } from '../kit/visit.ts';
import { shipmentPathOf } from './list-page.tsx';
import { AT } from './listing.ts';

interface Props extends DeskPageProps {
  readonly shipmentId: string;
  readonly inboundMessage: {
    readonly carrier: string;
    readonly receivedAtMs: number;
    /** How it was received. */
    readonly source: string;
  };
  /** Null: its key was destroyed. */
  readonly content: RedactedContent | null;
}

/** The carrier's original report, with everything masked that may be personal. */
export function ReportPage({ deps, call, shipmentId, inboundMessage, content }: Props) {
  const words = messagesFor(call).desk.import;
  const { sections } = messagesFor(call).desk.frame;
  return (
    <DeskLayout deps={deps} title={words.rawReport} visitor={call.visitor} at={AT}>
      <PageHead
        title={words.rawReport}
        above={[
          [AT, sections[AT]],
          [shipmentPathOf(shipmentId), words.theParcel],
        ]}
      />
      <dl class="facts">
        <dt>{words.carrier}</dt>
        <dd>{inboundMessage.carrier}</dd>
        <dt>{words.received}</dt>
        <dd>
          <Instant at={iso(inboundMessage.receivedAtMs)} />{' '}
          <span class="soft">{inboundMessage.source}</span>
        </dd>
        <dt>{words.content}</dt>
        <dd>
          <Tag>{words.masked}</Tag>
        </dd>
      </dl>
      {content === null ? (
        <Empty>{words.erased}</Empty>
      ) : (
        <>
          <Scroller label={words.headers}>
            <table>
              <tbody>
                {Object.entries(content.headers).map(([name, value]) => (
                  <tr key={name}>
                    <th scope="row">{name}</th>
                    <td class="wrap">{value}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroller>
          <RawText>{content.body}</RawText>
          {content.cut && <p class="soft">{words.more}</p>}
        </>
      )}
    </DeskLayout>
  );
}
