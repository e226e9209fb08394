/** What the event log may say of a shipment, in the past tense. */
const EVENT_TYPES = [
  'shipment.created',
  'shipment.status_changed',
  'shipment.corrected',
  'shipment.confirmed',
  'shipment.edd_changed',
  'shipment.tracking_updated',
  'shipment.updated',
  'shipment.deleted',
] as const;

export type EventType = (typeof EVENT_TYPES)[number];
