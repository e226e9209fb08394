import { erasedData } from '../../events/event.ts';
import {
  eraseInboundMessages,
  eraseProofs,
  lockSettledInboundMessages,
  stripScans,
  unparkReports,
} from '../../intake/index.ts';
import { eraseAnswersAbout } from '../../merchants/index.ts';
import { noteErasure } from '../../platform/backups/erasures-to-list.sql.ts';
import { type Queryable, together } from '../../platform/database/database.ts';
import { eraseLog, rememberErasure } from '../../platform/event-log/erasures.sql.ts';
import type { EnvelopeSealer } from '../../platform/sealing/sealing.ts';
import { eraseArchived } from '../archiving/archived.sql.ts';
import { eraseDeliveryProofs } from '../proofs/delivery-proofs.sql.ts';
import { proofWindow } from '../record/proof-window.ts';
import type { Shipment } from '../shipment.ts';
import {
  forgetIngested,
  markErased,
  type ReportedBy,
  unneededInboundMessages,
} from './erase.sql.ts';

type Erasable = Pick<
  Shipment,
  'id' | 'merchantId' | 'mode' | 'shard' | 'carrier' | 'trackingNumber' | 'createdAtMs' | 'sequence'
>;

/** A shipment to erase. */
interface Going {
  /** The shipment with the sequence of its final event. */
  readonly shipment: Erasable;
  /** All other undeleted shipments of its number. */
  readonly siblings: readonly Shipment[];
  /** Whether it is deleted because its retention has ended, and stays in the archive. */
  readonly isArchived?: boolean;
}

interface Erasing {
  readonly nowMs: number;
  readonly sealer: EnvelopeSealer;
}

/**
 * Removes everything that tracking, the inbox and the log have stored about shipments, of which no
 * two have the same number, in the transaction that holds their shards' locks. Reactions do the
 * same with their data when they read the log. Inbound messages about nothing else become
 * unreadable; those that another shipment needs stay until it is erased, without this one's scans.
 * Idempotent.
 */
export async function eraseShipments(
  tx: Queryable,
  all: readonly Going[],
  { nowMs, sealer }: Erasing,
): Promise<void> {
  const erasures = all.map((going) => eraseStored(tx, going, nowMs));
  await together(erasures);
  const erased = await Promise.all(erasures);
  await eraseUnneeded(
    tx,
    erased.flatMap(({ going: { shipment }, inboundMessageIds }) =>
      inboundMessageIds.map((inboundMessageId) => ({ inboundMessageId, ...numberOf(shipment) })),
    ),
  );
  for (const { going, inboundMessageIds } of erased) {
    const { shipment, siblings } = going;
    const { merchantId, mode } = shipment;
    // If the number is in use again, the scans also belong to the other shipment and are erased
    // with it.
    const isShared = siblings.some((each) => each.merchantId === merchantId && each.mode === mode);
    if (!isShared) await stripScans(tx, sealer, inboundMessageIds, numberOf(shipment));
  }
  await together(all.map((going) => eraseTraces(tx, going, nowMs)));
}

function numberOf({ carrier, trackingNumber }: Erasable) {
  return { carrier, trackingNumber };
}

/**
 * Erases the stored data of one shipment; returns which inbound messages they came from. All
 * statements are sent at once.
 */
async function eraseStored(tx: Queryable, going: Going, nowMs: number) {
  const { shipment, siblings } = going;
  const { id, merchantId, mode } = shipment;
  const ingested = forgetIngested(tx, id);
  const parked = unparkReports(tx, { ...numberOf(shipment), merchantId, mode });
  await together([
    eraseDeliveryProofs(tx, id),
    eraseProofs(tx, { merchantId, mode }, proofWindow(shipment, siblings)),
    ingested,
    parked,
    markErased(tx, shipment, nowMs),
  ]);
  return { going, inboundMessageIds: [...new Set([...(await ingested), ...(await parked)])] };
}

/**
 * Erases what other tables contain about a shipment, and records the erasure for backups and the
 * archive.
 */
async function eraseTraces(
  tx: Queryable,
  { shipment, isArchived = false }: Going,
  nowMs: number,
): Promise<void> {
  const { id, merchantId, mode } = shipment;
  const erasure = { subjectId: id, merchantId, mode, ...numberOf(shipment) };
  await together([
    eraseLog(tx, shipment.shard, erasedData(id)),
    eraseAnswersAbout(tx, id),
    rememberErasure(tx, erasure, nowMs),
    // An archived parcel may be restored later; recording an erasure would prevent that.
    ...(isArchived ? [] : [eraseArchived(tx, id, nowMs), noteErasure(tx, id, nowMs)]),
  ]);
}

/** Makes those of these inbound messages unreadable that no shipment needs. */
export async function eraseUnneeded(tx: Queryable, reports: readonly ReportedBy[]): Promise<void> {
  await eraseInboundMessages(tx, await neededByNobody(tx, reports));
}

/**
 * Returns those of these inbound messages that no shipment needs, locked until the transaction
 * ends. Two shipments that share one may be erased at once: the second waits for the first, and
 * then finds that nobody needs it.
 */
export async function neededByNobody(
  tx: Queryable,
  reports: readonly ReportedBy[],
): Promise<string[]> {
  const ids = [...new Set(reports.map(({ inboundMessageId }) => inboundMessageId))];
  const locked = new Set(await lockSettledInboundMessages(tx, ids));
  return unneededInboundMessages(
    tx,
    reports.filter(({ inboundMessageId }) => locked.has(inboundMessageId)),
  );
}
