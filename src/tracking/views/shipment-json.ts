import { estimateJson } from '../../events/estimate.ts';
import { attributeMembers } from '../../events/shipment-attributes.ts';
import { type EstimateView, type ShipmentView, trackingPath } from '../../events/shipment-view.ts';
import type { Shipment, ShownEstimate } from '../shipment.ts';
import { shownEstimate } from './shown-estimate.ts';

/**
 * Returns a shipment as in the API and in events, without personal data
 * (src/events/shipment-view.ts).
 *
 * @param publicUrl the hub's public URL, without a slash at the end
 */
export function shipmentJson(shipment: Shipment, publicUrl: string): ShipmentView {
  const { state } = shipment;
  return {
    id: shipment.id,
    carrier: shipment.carrier,
    tracking_number: shipment.trackingNumber,
    tracking_url: trackingUrl(publicUrl, shipment),
    mode: shipment.mode,
    status: state.status,
    sub_status: state.subStatus,
    confirmed: state.confirmed,
    estimated_delivery: estimateOf(shipment, shownEstimate(shipment)),
    // Older rows also contain when a returned parcel was back with its sender.
    delivered_at: state.status === 'delivered' ? iso(state.deliveredAtMs) : null,
    last_event_at: iso(state.lastEventAtMs),
    time_zone: shipment.destinationZone ?? state.eventZone,
    expired: state.expired,
    pieces: state.pieces,
    /** The first, because most parcels have one order. */
    order_id: shipment.orderIds[0] ?? null,
    ...attributeMembers(shipment),
    created_at: iso(shipment.createdAtMs),
    updated_at: iso(shipment.updatedAtMs),
  };
}

/** Returns the URL of the parcel's page, for anyone with its number. */
export function trackingUrl(
  publicUrl: string,
  { carrier, trackingNumber }: Pick<Shipment, 'carrier' | 'trackingNumber'>,
): string {
  return `${publicUrl}${trackingPath(carrier, trackingNumber)}`;
}

/** Returns an estimate of this shipment, possibly an earlier one, as in the API. */
export function estimateOf(
  { destinationZone }: Pick<Shipment, 'destinationZone'>,
  estimate: ShownEstimate | null,
): EstimateView | null {
  return estimate && estimateJson(estimate, destinationZone);
}

/** Returns epoch ms as an ISO 8601 instant in UTC; null for null. */
export function iso(ms: number): string;
export function iso(ms: number | null): string | null;
export function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
