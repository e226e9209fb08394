import { intervalOf } from '../../../kernel/time/place-time.ts';
import type { CarrierReport } from '../../contract/contract.ts';

/**
 * One number can belong to several shipments: of other networks, or of an earlier parcel. They are
 * separate instances, distinguished by service and first event, newest first. A single shipment
 * gets no such id: DHL gives none of its own, and ours would outlive the recycling of the number.
 */
export function distinguishShipments(reports: readonly CarrierReport[]): readonly CarrierReport[] {
  const count = new Map<string, number>();
  for (const { trackingNumber } of reports) {
    count.set(trackingNumber, (count.get(trackingNumber) ?? 0) + 1);
  }
  if (reports.every(({ trackingNumber }) => count.get(trackingNumber) === 1)) return reports;
  return reports
    .map((report) =>
      count.get(report.trackingNumber) === 1 ? report : { ...report, carrierPieceId: idOf(report) },
    )
    .sort((a, b) => newestMs(b) - newestMs(a));
}

function idOf({ facts, snapshot }: CarrierReport): string {
  const service = facts[0]?.codes['service'] ?? snapshot.summary?.codes['service'] ?? '';
  const days = facts.flatMap(({ time }) => (time.local === null ? [] : [time.local.slice(0, 10)]));
  return `${service}/${days.sort()[0] ?? ''}`;
}

function newestMs({ facts }: CarrierReport): number {
  return facts.reduce(
    (newest, { time }) => Math.max(newest, intervalOf(time, 0).lo),
    Number.MIN_SAFE_INTEGER,
  );
}
