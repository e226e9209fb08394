import type { Shipment } from '../shipment.ts';

/**
 * Returns the time window of an instance's proofs of delivery, among those fetched for its number:
 * the time in which it was the newest instance that the tenant had registered. `siblings` are the
 * tenant's shipments of the number, with or without this one; `untilMs` is null for the newest.
 * Pure.
 */
export function proofWindow(
  shipment: Pick<
    Shipment,
    'id' | 'merchantId' | 'mode' | 'carrier' | 'trackingNumber' | 'createdAtMs'
  >,
  siblings: readonly Shipment[],
): {
  readonly shipmentId: string;
  readonly carrier: string;
  readonly trackingNumber: string;
  readonly fromMs: number;
  readonly untilMs: number | null;
} {
  const later = siblings
    .filter(
      ({ id, merchantId, mode, createdAtMs }) =>
        id !== shipment.id &&
        merchantId === shipment.merchantId &&
        mode === shipment.mode &&
        createdAtMs > shipment.createdAtMs,
    )
    .map(({ createdAtMs }) => createdAtMs);
  return {
    shipmentId: shipment.id,
    carrier: shipment.carrier,
    trackingNumber: shipment.trackingNumber,
    fromMs: shipment.createdAtMs,
    untilMs: later.length === 0 ? null : Math.min(...later),
  };
}
