import { erasedData } from '../../events/event.ts';
import {
  eraseProofs,
  eraseReceipts,
  lockSettledReceipts,
  stripScans,
  unparkReports,
} from '../../intake/index.ts';
import { eraseAnswersAbout } from '../../merchants/index.ts';
import { noteErasure } from '../../platform/backups/erasures-to-list.sql.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { eraseLog, rememberErasure } from '../../platform/event-log/erasures.sql.ts';
import type { EnvelopeSealer } from '../../platform/sealing/sealing.ts';
import { eraseArchived } from '../archiving/archived.sql.ts';
import { eraseDeliveryProofs } from '../proofs/delivery-proofs.sql.ts';
import { proofWindow } from '../record/proof-window.ts';
import type { Shipment } from '../shipment.ts';
import { forgetIngested, markErased, type ReportedBy, unneededReceipts } from './erase.sql.ts';

type Erasable = Pick<
  Shipment,
  'id' | 'merchantId' | 'mode' | 'carrier' | 'trackingNumber' | 'createdAtMs' | 'sequence'
>;

/**
 * Takes away all that this stage, the inbox and the log hold of a shipment, in the transaction that
 * holds its shard's lock; reactions do the same with theirs when the log tells them. Receipts that
 * spoke of nothing else become unreadable; those that another shipment needs stay until that is
 * erased, without this one's scans. Done twice it does nothing.
 *
 * @param shipment with the sequence it is to end with.
 * @param siblings all other undeleted shipments of its number.
 * @param isArchived its period has ended and it lies in the archive: there it stays.
 */
export async function eraseShipment(
  tx: Queryable,
  shipment: Erasable,
  siblings: readonly Shipment[],
  {
    nowMs,
    sealer,
    isArchived = false,
  }: {
    readonly nowMs: number;
    readonly sealer: EnvelopeSealer;
    readonly isArchived?: boolean;
  },
): Promise<void> {
  const { id, merchantId, mode, carrier, trackingNumber } = shipment;
  await eraseDeliveryProofs(tx, id);
  await eraseProofs(tx, { merchantId, mode }, proofWindow(shipment, siblings));
  const ingested = await forgetIngested(tx, id);
  const parked = await unparkReports(tx, { carrier, trackingNumber, merchantId, mode });
  await markErased(tx, shipment, nowMs);
  const receiptIds = [...new Set([...ingested, ...parked])];
  await eraseUnneeded(
    tx,
    receiptIds.map((receiptId) => ({ receiptId, carrier, trackingNumber })),
  );
  // Where the number is used again, its scans are the other shipment's, too, and go with that.
  const isShared = siblings.some((each) => each.merchantId === merchantId && each.mode === mode);
  if (!isShared) await stripScans(tx, sealer, receiptIds, { carrier, trackingNumber });
  await eraseLog(tx, id, erasedData(id));
  await eraseAnswersAbout(tx, id);
  const erasure = { subjectId: id, merchantId, mode, carrier, trackingNumber };
  await rememberErasure(tx, erasure, nowMs);
  // What went to the archive may come back from there; a restore would erase it for good.
  if (isArchived) return;
  await eraseArchived(tx, id, nowMs);
  await noteErasure(tx, id, nowMs);
}

/** Makes those of the receipts unreadable that no shipment needs. */
export async function eraseUnneeded(tx: Queryable, told: readonly ReportedBy[]): Promise<void> {
  await eraseReceipts(tx, await neededByNobody(tx, told));
}

/**
 * Those of the receipts that no shipment needs, held until the transaction ends. Two that share one may
 * go at once: whoever comes second waits for the first, and sees then that nobody needs it.
 */
export async function neededByNobody(
  tx: Queryable,
  told: readonly ReportedBy[],
): Promise<string[]> {
  const ids = [...new Set(told.map(({ receiptId }) => receiptId))];
  const locked = new Set(await lockSettledReceipts(tx, ids));
  return unneededReceipts(
    tx,
    told.filter(({ receiptId }) => locked.has(receiptId)),
  );
}
