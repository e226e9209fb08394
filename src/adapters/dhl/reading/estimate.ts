import { placeTimeFromIso } from '../../../kernel/time/zoned-time.ts';
import type { ReportedEstimate } from '../../contract/contract.ts';
import type { UnifiedShipment } from '../schema.ts';

/** A day agreed with the receiver beats a frame, a frame beats a single time (Unified 1.5.8). */
export function readEstimate(shipment: UnifiedShipment): ReportedEstimate | null {
  const frame = shipment.estimatedDeliveryTimeFrame;
  const agreed = estimateAt(shipment.agreedDeliveryDate);
  const from = clockOf(frame?.estimatedFrom ?? null);
  const to = clockOf(frame?.estimatedThrough ?? null);
  if (agreed !== null && agreed.date !== from?.slice(0, 10)) return agreed;
  if (from !== null && to !== null) return { date: from.slice(0, 10), from, to };
  return agreed ?? estimateAt(shipment.estimatedTimeOfDelivery);
}

/** One time as an estimate: "by then", unless it is a placeholder for "that day". */
export function estimateAt(timestamp: string | null): ReportedEstimate | null {
  const clock = clockOf(timestamp);
  if (clock === null) return null;
  const isPlaceholder = clock.length === 10 || /T(?:00:00|23:59)/.test(clock);
  return { date: clock.slice(0, 10), from: null, to: isPlaceholder ? null : clock };
}

/** The text without fractions, when it is a real time. */
function clockOf(timestamp: string | null): string | null {
  if (timestamp === null || placeTimeFromIso(timestamp) === null) return null;
  return timestamp.replace(' ', 'T').replace(/[.,]\d+/, '');
}
