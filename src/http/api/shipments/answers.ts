import type { Proof } from '../../../intake/index.ts';
import { errorText } from '../../../platform/messages/error-text.ts';
import type { Describe } from '../../../tracking/ports/public-tracks.ts';
import {
  type CommandAttempt,
  iso,
  placeName,
  type Shipment,
  type ShipmentView,
  type ShownEvent,
  type ShownLink,
  shipmentJson,
  type TrackingDeps,
} from '../../../tracking/ports/shipments.ts';
import type { Warning } from './new-shipment.ts';

/** The JSON of a shipment after a write. */
export function createdShipmentJson(
  shipment: Shipment,
  warnings: readonly Warning[],
  publicUrl: string,
) {
  const shown = warnings.map(({ code, detail }) => ({ code, detail: errorText(detail) }));
  return { ...shipmentJson(shipment, publicUrl), warnings: shown };
}

/** The JSON of a shipment for its merchant: with people, places and all events. */
export function shipmentDetailJson(
  { shipment, personal, events, links, commands }: ShipmentView,
  proofs: readonly Proof[],
  { publicUrl, context }: Pick<TrackingDeps, 'publicUrl' | 'context'>,
) {
  const { describe } = context();
  return {
    ...shipmentJson(shipment, publicUrl()),
    recipient: personal.recipient,
    origin: personal.origin,
    destination: personal.destination,
    events: events.map((event) => eventJson(event, describe)),
    links: links.map(linkJson),
    commands: commands.map(commandJson),
    proofs: proofs.map((proof) => proofFileJson(shipment.id, proof)),
  };
}

function commandJson(command: CommandAttempt) {
  return {
    id: command.id,
    status: command.status,
    sub_status: command.subStatus,
    occurred_at: iso(command.occurredAtMs),
    note: command.note,
    api_key_id: command.apiKeyId,
    from_status: command.fromStatus,
    attempted_at: iso(command.attemptedAtMs),
    refused: command.refused,
  };
}

function linkJson(link: ShownLink) {
  return {
    kind: link.kind,
    tracking_number: link.trackingNumber,
    carrier: link.carrier,
    shipment_id: link.shipmentId,
    status: link.status,
    not_followed: link.refused,
  };
}

/** The JSON of a file that proves the delivery, with its download URL. */
export function proofFileJson(shipmentId: string, proof: Proof) {
  return {
    id: proof.id,
    kind: proof.kind,
    source: proof.deliveryProofId === null ? 'carrier' : 'own',
    media_type: proof.mediaType,
    size_bytes: proof.sizeBytes,
    fetched_at: iso(proof.fetchedAtMs),
    url: `/v1/shipments/${shipmentId}/proofs/${proof.id}`,
  };
}

function eventJson(event: ShownEvent, describe: Describe) {
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
    facility: event.facility && {
      id: event.facility.id,
      name: event.facility.name,
      type: event.facility.type,
    },
    code: event.code,
    source: event.source,
    via: event.bridge ?? null,
  };
}
