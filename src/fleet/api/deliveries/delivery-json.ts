import { addressLine } from '../../../kernel/places/address-line.ts';
import { distanceM } from '../../../kernel/places/distance.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type {
  AvailableDelivery,
  DeliveryExplanation,
  DeliveryView,
} from '../../deliveries/index.ts';

type Party = Readonly<Record<string, unknown>> | null;

/** The JSON of a delivery. */
export function deliveryJson(view: DeliveryView) {
  const { row, shipment, personal, details, courier, place, phase } = view;
  const isUnderWay = row.state === 'assigned' && (phase === 'returning' || !OVER.has(phase));
  return {
    id: wireId('delivery', row.shipmentId),
    shipment_id: row.shipmentId,
    tracking_number: shipment.trackingNumber,
    status: shipment.state.status,
    phase,
    courier: courier && {
      id: wireId('courier', courier.id),
      name: courier.name,
      phone: courier.phone,
      vehicle: courier.vehicle,
    },
    assigned_at: iso(row.assignedAtMs),
    courier_location:
      place && isUnderWay ? { lat: place.lat, lng: place.lng, updated_at: iso(place.atMs) } : null,
    ...timesJson(view),
    origin: { ...details.origin, address: addressIn(personal.origin) },
    destination: { ...details.destination, address: addressIn(personal.destination) },
    package_size: row.packageSize,
    weight_g: row.weightG,
    phone: textIn(personal.recipient, 'phone'),
    notes: details.notes,
    require_proof: shipment.requireProof,
    ready_at: iso(row.readyAtMs),
    pickup_window: windowJson(row.pickupFromMs, row.pickupToMs),
    delivery_window: windowJson(row.deliveryFromMs, row.deliveryToMs),
    pause: pauseJson(view),
    created_at: iso(row.createdAtMs),
  };
}

/** The pause that prevents offers now; null: not paused. */
function pauseJson({ pause }: DeliveryView) {
  return (
    pause && {
      id: wireId('pause', pause.id),
      since: iso(pause.createdAtMs),
      until: iso(pause.untilMs),
      reason: pause.reason,
    }
  );
}

const OVER: ReadonlySet<DeliveryView['phase']> = new Set([
  'delivered',
  'returning',
  'returned',
  'cancelled',
]);

/** A finished delivery has no estimated times. */
function timesJson({ row, phase, wasPickedUp }: DeliveryView) {
  if (OVER.has(phase)) return { estimated_pickup_time: null, estimated_arrival: null };
  return {
    estimated_pickup_time: wasPickedUp ? null : iso(row.pickupAtMs),
    estimated_arrival: iso(row.arrivalAtMs),
  };
}

function windowJson(fromMs: number | null, toMs: number | null) {
  if (fromMs === null && toMs === null) return null;
  return { from: iso(fromMs), to: iso(toMs) };
}

function textIn(party: Party, name: string): string | null {
  const value = party?.[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

/**
 * The address of a delivery's recipient in one line; null: unknown.
 * @param isExact otherwise only the town.
 */
export function destinationLine(
  { destination }: Pick<DeliveryView['personal'], 'destination'>,
  isExact: boolean,
): string | null {
  if (isExact) return addressIn(destination);
  const town = [textIn(destination, 'postal_code'), textIn(destination, 'city')];
  return town.filter(Boolean).join(' ') || null;
}

/** An address received in one line is returned unchanged. */
export function addressIn(party: Party): string | null {
  const line1 = textIn(party, 'line1');
  if (line1?.includes(',') && textIn(party, 'city') === null) return line1;
  return addressLine({
    street: [line1, textIn(party, 'line2')].filter(Boolean).join(', ') || null,
    city: textIn(party, 'city'),
    region: textIn(party, 'region'),
    postalCode: textIn(party, 'postal_code'),
    country: textIn(party, 'country'),
  });
}

/** About a hundred metres, so that it identifies nobody's door. */
const COARSE = 1_000;
const coarse = (degrees: number) => Math.round(degrees * COARSE) / COARSE;
const km = (metres: number) => Math.round(metres / 100) / 10;

/** A delivery as a courier sees it before accepting: without the recipient and the exact place. */
export function availableJson({ row, details, personal, offer, ...each }: AvailableDelivery) {
  const { origin, destination } = details;
  const town = [textIn(personal.destination, 'postal_code'), textIn(personal.destination, 'city')];
  return {
    id: wireId('delivery', row.shipmentId),
    origin: { lat: origin.lat, lng: origin.lng, address: addressIn(personal.origin) },
    destination: {
      lat: coarse(destination.lat),
      lng: coarse(destination.lng),
      address: town.filter(Boolean).join(' ') || null,
    },
    distance_km: each.distanceM === null ? null : km(each.distanceM),
    trip_km: km(distanceM(origin, destination)),
    package_size: row.packageSize,
    weight_g: row.weightG,
    estimated_pickup_time: iso(each.pickupMs),
    ready_at: iso(row.readyAtMs),
    deliver_by: iso(row.deliveryToMs),
    offer: offer && {
      offered_at: iso(offer.offeredAtMs),
      alone_until: iso(offer.aloneUntilMs),
    },
  };
}

/** The JSON that explains the search for a delivery's courier. */
export function explanationJson({ view, offers, steps }: DeliveryExplanation) {
  return {
    id: wireId('delivery', view.row.shipmentId),
    phase: view.phase,
    summary: summaryOf(view, offers.length),
    pause: pauseJson(view),
    offers: offers.map((offer) => ({
      courier_id: wireId('courier', offer.courierId),
      state: offer.state,
      round: offer.round,
      offered_at: iso(offer.offeredAtMs),
      answered_at: iso(offer.answeredAtMs),
      terms: inWireNames(offer.terms),
    })),
    steps: steps.map((step) => ({
      at: iso(step.atMs),
      what: step.what,
      courier_id: step.courierId === null ? null : wireId('courier', step.courierId),
      detail: inWireNames(step.detail),
    })),
  };
}

/** Renames members from camel case to the API's snake case: `approachS` → `approach_s`. */
function inWireNames(terms: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(terms).map(([name, value]) => [
      name.replaceAll(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`),
      value,
    ]),
  );
}

function summaryOf({ row, courier, pause }: DeliveryView, couriersOffered: number): string {
  if (row.state === 'ended') return 'It needs no courier any more.';
  if (row.state === 'assigned') {
    const name = courier?.name ?? 'A courier';
    const how = {
      accepted: 'took it',
      auto: 'was chosen by the hub',
      dispatcher: 'was chosen by a dispatcher',
      scanned: 'scanned it',
    }[row.assignedHow ?? 'accepted'];
    return `${name} ${how} at ${iso(row.assignedAtMs)}.`;
  }
  if (pause !== null) {
    const until = pause.untilMs === null ? 'somebody ends that' : iso(pause.untilMs);
    const why = pause.reason === null ? '' : ` (${pause.reason})`;
    return `Its pickup is in a paused area${why}: nobody is asked until ${until}.`;
  }
  if (row.queuedAtMs !== null) {
    return `Every courier near was asked (${couriersOffered}), and none has taken it. It stays open to all who come near.`;
  }
  if (row.rounds === 0) {
    return `Couriers are asked from ${iso(row.matchAtMs)} on.`;
  }
  return `${couriersOffered} ${couriersOffered === 1 ? 'courier was' : 'couriers were'} asked so far, in ${row.rounds} ${row.rounds === 1 ? 'round' : 'rounds'}.`;
}
