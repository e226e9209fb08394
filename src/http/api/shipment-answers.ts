import type { Describe, Shipment, ShipmentView, TimelineEvent } from '../../tracking/index.ts';
import { placeName, shipmentJson } from '../../tracking/index.ts';
import type { Warning } from './new-shipment.ts';

/** A shipment as a write answers it. */
export function createdAnswer(shipment: Shipment, warnings: readonly Warning[]) {
  return { ...shipmentJson(shipment), warnings };
}

/** A shipment as its merchant reads it: with the people, the places and everything that happened. */
export function detailAnswer({ shipment, personal, events }: ShipmentView, describe: Describe) {
  return {
    ...shipmentJson(shipment),
    recipient: personal.recipient,
    origin: personal.origin,
    destination: personal.destination,
    events: events.map((event) => eventAnswer(event, describe)),
  };
}

function eventAnswer(event: TimelineEvent, describe: Describe) {
  return {
    occurred_at: event.occurredAt,
    occurred_local: event.occurredLocal,
    time_zone: event.timeZone,
    zone_source: event.zoneSource,
    status: event.status,
    sub_status: event.reason,
    milestone: event.milestone,
    description: describe(event),
    location: placeName(event.place),
    code: event.code,
    source: event.source,
  };
}
