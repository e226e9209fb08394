/** What the event log may say, in the past tense: of a shipment, a carrier account, an endpoint. */
export const EVENT_TYPES = [
  'shipment.created',
  'shipment.status_changed',
  'shipment.corrected',
  'shipment.delivered',
  'shipment.confirmed',
  'shipment.edd_changed',
  'shipment.tracking_updated',
  'shipment.updated',
  'shipment.expired',
  'shipment.exception_opened',
  'shipment.exception_updated',
  'shipment.exception_resolved',
  'delivery_request.resolved',
  'shipment.delay_predicted',
  'shipment.proof_added',
  'shipment.arriving',
  'shipment.assigned',
  'shipment.unassigned',
  'shipment.unassignable',
  'shipment.deleted',
  'carrier_account.health_changed',
  'carrier_account.push_changed',
  'carrier_account.verification_changed',
  'webhook_endpoint.disabled',
  'courier.silent',
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/** Whether what it tells is a shipment, with what else it says laid over it. */
export function isAboutShipment(type: string): boolean {
  return type.startsWith('shipment.') || type === 'delivery_request.resolved';
}
