/** What the event log may say, in the past tense: of a shipment, or of a carrier account. */
const EVENT_TYPES = [
  'shipment.created',
  'shipment.status_changed',
  'shipment.corrected',
  'shipment.confirmed',
  'shipment.edd_changed',
  'shipment.tracking_updated',
  'shipment.updated',
  'shipment.expired',
  'shipment.deleted',
  'carrier_account.health_changed',
  'carrier_account.push_changed',
  'carrier_account.verification_changed',
] as const;

export type EventType = (typeof EVENT_TYPES)[number];
