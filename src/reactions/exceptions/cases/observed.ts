import { wallClockMs } from '../../../kernel/time/place-time.ts';
import { placeName, type ShipmentView, type ShownEvent } from '../../../tracking/index.ts';
import type { ObservedEvent } from '../decide/attempts.ts';
import type { Observed } from '../decide/decide.ts';

/** A shipment in its merchant's view, as input of the rules. */
export function observedOf({
  shipment,
  events,
  missingProof,
  unknownAddress,
}: Pick<ShipmentView, 'shipment' | 'events' | 'missingProof' | 'unknownAddress'>): Observed {
  const { status, subStatus, confirmed, steering } = shipment.state;
  return {
    status,
    reason: subStatus,
    confirmed,
    steering,
    events: events.map(observedEvent).reverse(),
    missingProof,
    unknownAddress,
  };
}

function observedEvent({
  identity,
  status,
  reason,
  occurredAt,
  occurredLocal,
}: Pick<
  ShownEvent,
  'identity' | 'status' | 'reason' | 'occurredAt' | 'occurredLocal'
>): ObservedEvent {
  const atMs =
    occurredAt === null
      ? occurredLocal === null
        ? null
        : wallClockMs(occurredLocal)
      : Date.parse(occurredAt);
  return { identity, status, reason, atMs };
}

/** Where it was last seen, as text, with the carrier's own code; null: unknown. */
export function lastFacility(events: readonly ShownEvent[]): string | null {
  for (const { facility, place } of events) {
    const name = facility?.name ?? named(placeName(place), place?.facility ?? null);
    if (name) return name.slice(0, FACILITY_CHARS_MAX);
  }
  return null;
}

function named(place: string | null, code: string | null): string | null {
  if (place === null || code === null || place.includes(code)) return place ?? code;
  return `${place} (${code})`;
}

const FACILITY_CHARS_MAX = 120;
