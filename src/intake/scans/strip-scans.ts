import type { Queryable } from '../../platform/database/database.ts';
import type { EnvelopeSealer } from '../../platform/sealing/sealing.ts';
import {
  inboundMessagesById,
  lockInboundMessages,
  replaceContent,
} from '../inbound-messages.sql.ts';
import { openInboundMessage } from '../inbox.ts';
import { compressContent, packContent } from '../pack-content.ts';
import type { ScanContent } from './scan.ts';

/**
 * Removes one parcel's scans from inbound messages that also contain others': the rest is sealed
 * again with a new key, and the old key is destroyed. A carrier's bytes are evidence and stay
 * unchanged, but these are lists that the hub made itself. Inbound messages without such scans stay
 * as they are.
 */
export async function stripScans(
  tx: Queryable,
  sealer: EnvelopeSealer,
  inboundMessageIds: readonly string[],
  { carrier, trackingNumber }: { readonly carrier: string; readonly trackingNumber: string },
): Promise<void> {
  if (inboundMessageIds.length === 0) return;
  // Two parcels of one message may be erased at once: the second works on what the first has left.
  await lockInboundMessages(tx, inboundMessageIds);
  for (const row of await inboundMessagesById(tx, inboundMessageIds)) {
    const inboundMessage = row.source === 'scan' ? openInboundMessage(row, sealer) : null;
    if (inboundMessage === null) continue;
    const content = JSON.parse(Buffer.from(inboundMessage.body).toString('utf8')) as ScanContent;
    const left = content.scans.filter(
      (scan) =>
        (scan.carrier ?? inboundMessage.carrier) !== carrier ||
        scan.tracking_number !== trackingNumber,
    );
    if (left.length === content.scans.length) continue;
    const body = Buffer.from(JSON.stringify({ ...content, scans: left }));
    await replaceContent(
      tx,
      row.id,
      sealer.seal(compressContent(row.carrier, packContent({}, body))),
    );
  }
}
