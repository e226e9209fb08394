import { type ParkedReport, stripScans } from '../../intake/index.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { type Erasure, erasuresOfNumbers } from '../../platform/event-log/erasures.sql.ts';
import type { EnvelopeSealer } from '../../platform/sealing/sealing.ts';
import { eraseUnneeded } from './erase-shipment.ts';

/**
 * Reports on numbers that nobody follows: `toPark` is stored for a later registration, `toErase` is
 * erased.
 */
interface Unclaimed {
  readonly toPark: readonly ParkedReport[];
  readonly toErase: readonly ParkedReport[];
}

/**
 * Separates reports on parcels that their merchant had erased: carriers continue to report them,
 * with name and street, and nothing of that is stored. If more reports of the same inbound message
 * may follow (`isDone` is false), a report is parked, and removed with the parked ones.
 */
export async function sortUnclaimed(
  tx: Queryable,
  unclaimed: readonly ParkedReport[],
  isDone: (inboundMessageId: string) => boolean,
): Promise<Unclaimed> {
  const erased = await erasuresOfNumbers(tx, unclaimed);
  if (erased.length === 0) return { toPark: unclaimed, toErase: [] };
  const isLate = (report: ParkedReport) =>
    isDone(report.inboundMessageId) && erased.some((erasure) => wasReportedTo(report, erasure));
  return {
    toPark: unclaimed.filter((report) => !isLate(report)),
    toErase: unclaimed.filter(isLate),
  };
}

function wasReportedTo(report: ParkedReport, erasure: Erasure): boolean {
  if (report.carrier !== erasure.carrier) return false;
  if (report.trackingNumber !== erasure.trackingNumber) return false;
  if (report.merchantId === null) return true;
  return report.merchantId === erasure.merchantId && report.mode === erasure.mode;
}

/** Erases such reports, once everything else of their inbound messages is recorded and parked. */
export async function eraseLate(
  tx: Queryable,
  sealer: EnvelopeSealer,
  reports: readonly ParkedReport[],
): Promise<void> {
  if (reports.length === 0) return;
  await eraseUnneeded(tx, reports);
  for (const report of reports) await stripScans(tx, sealer, [report.inboundMessageId], report);
}
