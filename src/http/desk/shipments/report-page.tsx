import type { RedactedContent } from '../../../intake/index.ts';
import { iso } from '../../../tracking/index.ts';
import { Instant, Tag } from '../../console/parts/pieces.tsx';
import { DeskLayout } from '../parts/layout.tsx';
import type { DeskCall, DeskDeps } from '../visit.ts';
import { shipmentPathOf } from './list-page.tsx';
import { AT } from './listing.ts';

interface Props {
  readonly deps: DeskDeps;
  readonly call: DeskCall;
  readonly shipmentId: string;
  readonly receipt: {
    readonly carrier: string;
    readonly receivedAtMs: number;
    /** By which way it came. */
    readonly source: string;
  };
  /** Null: its key was destroyed. */
  readonly content: RedactedContent | null;
}

/** What the carrier sent, as it came, with everything masked that may be somebody's. */
export function ReportPage({ deps, call, shipmentId, receipt, content }: Props) {
  return (
    <DeskLayout deps={deps} title="Raw report" visitor={call.visitor} at={AT}>
      <p class="crumbs">
        <a href={AT}>Shipments</a> <a href={shipmentPathOf(shipmentId)}>The parcel</a>
      </p>
      <h1>Raw report</h1>
      <dl class="facts">
        <dt>Carrier</dt>
        <dd>{receipt.carrier}</dd>
        <dt>Received</dt>
        <dd>
          <Instant at={iso(receipt.receivedAtMs)} /> <span class="soft">{receipt.source}</span>
        </dd>
        <dt>Content</dt>
        <dd>
          <Tag>masked</Tag>
        </dd>
      </dl>
      {content === null ? (
        <p class="empty">Its content has been erased.</p>
      ) : (
        <>
          <section class="scroll" aria-label="Headers">
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
          </section>
          <pre class="body wrap">{content.body}</pre>
          {content.cut && <p class="soft">There is more than is shown.</p>}
        </>
      )}
    </DeskLayout>
  );
}
