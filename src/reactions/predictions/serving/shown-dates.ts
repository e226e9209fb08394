import { type ParcelSnapshot, tradeLaneOf } from '../../../tracking/ports/predictions.ts';
import type { ShownDate } from './rows.ts';
import type { PredictionResult } from './work-out.ts';

export const DAY_CHARS = 10;

/**
 * The dates that are currently shown for a parcel: ours, its carrier's, and the one that its
 * merchant promised.
 */
export function shownDates(
  { snapshot, made, row, forecast, today }: PredictionResult,
  newId: () => string,
): ShownDate[] {
  const { shipment } = snapshot;
  const common = {
    tenant: row.tenant,
    shipmentId: shipment.id,
    stage: shipment.state.status,
    shownOn: today,
    carrier: shipment.carrier,
    serviceLevel: shipment.serviceLevel ?? '',
    lane: tradeLaneOf(snapshot.personal),
    from: null,
    to: null,
    confidence: null,
    missProbability: null,
    warned: false,
    modelVersion: null,
  };
  const { predicted } = made;
  const carriers = shipment.state.estimatedDelivery;
  return [
    ...(predicted === null || predicted.date === null || forecast === null
      ? []
      : [
          {
            ...common,
            id: newId(),
            whose: 'ours' as const,
            source: predicted.source,
            date: predicted.date,
            from: dayOf(predicted.from),
            to: dayOf(predicted.to),
            confidence: predicted.confidence,
            missProbability: row.missProbability,
            warned: forecast.warning.state.isAtRisk,
            modelVersion: predicted.source === 'model' ? row.modelVersion : null,
          },
        ]),
    ...(carriers === null
      ? []
      : [
          {
            ...common,
            id: newId(),
            whose: 'carrier' as const,
            source: 'carrier' as const,
            date: carriers.date,
            from: dayOf(carriers.from),
            to: dayOf(carriers.to),
          },
        ]),
    ...(shipment.promisedDate === null
      ? []
      : [
          {
            ...common,
            id: newId(),
            whose: 'promise' as const,
            source: 'promise' as const,
            date: shipment.promisedDate,
          },
        ]),
  ];
}

/** Whether the parcel is delivered and a source that cannot be forged has confirmed it. */
export function isDelivered({ shipment }: ParcelSnapshot): boolean {
  return shipment.state.status === 'delivered' && shipment.state.confirmed;
}

function dayOf(local: string | null): string | null {
  return local === null || local.length < DAY_CHARS ? null : local.slice(0, DAY_CHARS);
}
