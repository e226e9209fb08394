import type { Queryable } from '../../platform/database/database.ts';
import type { EnvelopeSealer } from '../../platform/sealing/sealing.ts';
import { openReceipt } from '../inbox.ts';
import { packContent } from '../receipt-content.ts';
import { lockReceipts, receiptsById, replaceContent } from '../receipts.sql.ts';
import { packScans, type ScanContent } from './scan-content.ts';

/**
 * Removes one parcel's scans from receipts that also contain others': the rest is sealed again
 * under a new key, and the old key is destroyed. A carrier's bytes are evidence and stay unchanged,
 * but these are lists of our own making. Receipts without such scans stay as they are.
 */
export async function stripScans(
  tx: Queryable,
  sealer: EnvelopeSealer,
  receiptIds: readonly string[],
  { carrier, trackingNumber }: { readonly carrier: string; readonly trackingNumber: string },
): Promise<void> {
  if (receiptIds.length === 0) return;
  // Two parcels of one receipt may be erased at once: the second works on what the first has left.
  await lockReceipts(tx, receiptIds);
  for (const row of await receiptsById(tx, receiptIds)) {
    const receipt = row.source === 'scan' ? openReceipt(row, sealer) : null;
    if (receipt === null) continue;
    const content = JSON.parse(Buffer.from(receipt.body).toString('utf8')) as ScanContent;
    const left = content.scans.filter(
      (scan) =>
        (scan.carrier ?? receipt.carrier) !== carrier || scan.tracking_number !== trackingNumber,
    );
    if (left.length === content.scans.length) continue;
    const { headers, body } = packScans({ ...content, scans: left });
    await replaceContent(tx, row.id, sealer.seal(packContent(headers, body)));
  }
}
