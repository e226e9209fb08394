import { z } from 'zod';
import type { EstimateView, ShipmentView } from '../../../events/shipment-view.ts';
import { isTerminal } from '../../../kernel/status.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import type { Describe } from '../../../tracking/ports/public-tracks.ts';
import type { TimelineEvent } from '../../../tracking/ports/shipments.ts';
import type { Situation, Vocabulary } from '../vocabulary.ts';

/**
 * Statuses of EasyPost's trackers and their details. Source: types/Tracker of @easypost/api 8.9.0,
 * read on 2026-11-24.
 */
const TRACKER_STATUSES = [
  ...(['unknown', 'pre_transit', 'in_transit', 'out_for_delivery', 'delivered'] as const),
  ...(['available_for_pickup', 'return_to_sender', 'failure', 'cancelled', 'error'] as const),
] as const;
const STATUS_DETAILS = [
  ...(['address_correction', 'arrived_at_destination', 'arrived_at_facility'] as const),
  ...(['arrived_at_pickup_location', 'awaiting_information', 'cancelled', 'damaged'] as const),
  ...(['delayed', 'delivery_exception', 'departed_facility', 'departed_origin_facility'] as const),
  ...(['expired', 'failure', 'held', 'in_transit', 'label_created', 'lost', 'missorted'] as const),
  ...(['out_for_delivery', 'received_at_destination_facility'] as const),
  ...(['received_at_origin_facility', 'refused', 'return', 'status_update'] as const),
  ...(['transferred_to_destination_carrier', 'transit_exception', 'unknown'] as const),
  'weather_delay',
] as const;

/** The words of `config/compat/easypost.yaml`. */
export const easypostWords = z.strictObject({
  status: z.enum(TRACKER_STATUSES),
  detail: z.enum(STATUS_DETAILS),
});
type EasypostWords = z.output<typeof easypostWords>;

/**
 * The member of a shipment's metadata with the carrier that a request in test mode named, if the
 * sandbox has the parcel instead.
 */
export const REQUESTED_CARRIER = 'easypost_carrier';

/** The part of an address that trackers show. */
type Place = Readonly<Record<string, unknown>> | null;

/** What a tracker is made of. */
export interface TrackedParcel {
  /** The UUID in its `trk_` id: the shipment's, or that of a later tracker for the same parcel. */
  readonly trackerUuid: string;
  /** When this tracker was created; an ISO instant. */
  readonly createdAt: string;
  readonly shipment: ShipmentView;
  /** Newest first, as in the shipment's own view. */
  readonly events: readonly TimelineEvent[];
  readonly origin: Place;
  readonly destination: Place;
}

/** The texts of trackers. */
export interface TrackerTexts {
  readonly vocabulary: Vocabulary<EasypostWords>;
  /** Returns the name of a carrier without one in the vocabulary. */
  readonly displayName: (carrier: string) => string;
  readonly describe: Describe;
}

/** Returns a parcel as EasyPost's Tracker. Send it with `easypostJson`. Pure. */
export function toTracker(
  { trackerUuid, createdAt, shipment, events, origin, destination }: TrackedParcel,
  texts: TrackerTexts,
) {
  const { mode, status, expired, weight_g: weightG } = shipment;
  const visible = events.filter(isVisible);
  const words = texts.vocabulary.wordsFor(situationOf(shipment, visible));
  const carrier = requestedCarrier(shipment) ?? nameOf(shipment.carrier, texts);
  return {
    id: wireId('tracker', trackerUuid),
    object: 'Tracker',
    mode: mode === 'live' ? 'production' : 'test',
    tracking_code: shipment.tracking_number,
    status: words.status,
    status_detail: expired && !isTerminal(status) ? 'expired' : words.detail,
    created_at: toSecond(createdAt),
    updated_at: toSecond(shipment.updated_at),
    signed_by: null,
    weight: weightG === null ? null : ouncesOf(weightG),
    est_delivery_date: estimatedInstant(shipment.estimated_delivery),
    shipment_id: null,
    carrier,
    tracking_details: toTrackingDetails(visible, carrier, texts),
    fees: [],
    carrier_detail: toCarrierDetail(shipment, visible, { origin, destination }),
    delivery_evidence: [],
    finalized: expired || isTerminal(status),
    is_return: false,
    public_url: shipment.tracking_url,
  };
}

export type Tracker = ReturnType<typeof toTracker>;

/**
 * Returns JSON in which each `weight` has a decimal point: EasyPost's clients add one before they
 * check a webhook's signature, which covers the bytes (easypost-node issue 467).
 */
export function easypostJson(value: unknown): string {
  // A quotation mark inside a text is escaped, so this matches members only.
  return JSON.stringify(value).replace(/("weight":\d+)(?=[,}])/g, '$1.0');
}

function nameOf(carrier: string, { vocabulary, displayName }: TrackerTexts): string {
  return vocabulary.nameOf(carrier) ?? displayName(carrier);
}

function requestedCarrier({ mode, metadata }: ShipmentView): string | null {
  const requested = metadata[REQUESTED_CARRIER];
  return mode === 'test' && typeof requested === 'string' ? requested : null;
}

/** Whether an event tells about the parcel; timers of the hub do not. */
function isVisible({ status, source }: TimelineEvent): boolean {
  return status !== 'none' || isCarriers(source) || source === 'scan';
}

function isCarriers(source: TimelineEvent['source']): boolean {
  return source === 'carrier' || source === 'bridge' || source === 'imported';
}

/** Nothing is known of a parcel that was only registered. */
function situationOf(shipment: ShipmentView, events: readonly TimelineEvent[]): Situation {
  const { status, sub_status: reason, last_event_at: lastEventAt } = shipment;
  if (status === 'created' && lastEventAt === null && events.length === 0) {
    return { status: 'none', reason: null, milestone: null };
  }
  const newest = events.find((event) => event.status === status);
  return { status, reason, milestone: newest?.reason === reason ? newest.milestone : null };
}

/** Returns the events, oldest first; one that leaves the status as it was repeats it. */
function toTrackingDetails(
  events: readonly TimelineEvent[],
  carrier: string,
  { vocabulary, describe }: TrackerTexts,
) {
  let latest: EasypostWords['status'] = 'unknown';
  return [...events].reverse().map((event) => {
    const { status, detail } = vocabulary.wordsFor(event);
    if (event.status !== 'none') latest = status;
    return {
      object: 'TrackingDetail',
      message: describe(event),
      description: '',
      status: latest,
      status_detail: event.status === 'none' ? 'status_update' : detail,
      datetime: instantOf(event),
      source: isCarriers(event.source) ? carrier : 'Waybill',
      carrier_code: event.code,
      tracking_location: toLocation({
        city: event.place?.city,
        region: event.place?.region,
        country: event.place?.country,
        postal_code: event.place?.postalCode,
      }),
      est_delivery_date: null,
    };
  });
}

function toCarrierDetail(
  { service_level: service, estimated_delivery: estimate }: ShipmentView,
  events: readonly TimelineEvent[],
  { origin, destination }: Pick<TrackedParcel, 'origin' | 'destination'>,
) {
  const attempt = events.findLast(({ status }) => status === 'delivery_attempted');
  return {
    object: 'CarrierDetail',
    service,
    container_type: null,
    est_delivery_date_local: estimate?.date ?? null,
    est_delivery_time_local:
      estimate?.precision === 'time' ? (estimate.to_local?.slice(DATE_CHARS + 1) ?? null) : null,
    origin_location: placeText(origin),
    origin_tracking_location: origin && toLocation(origin),
    destination_location: placeText(destination),
    destination_tracking_location: destination && toLocation(destination),
    guaranteed_delivery_date: null,
    alternate_identifier: null,
    initial_delivery_attempt: attempt === undefined ? null : instantOf(attempt),
  };
}

function toLocation(place: Readonly<Record<string, unknown>>) {
  return {
    object: 'TrackingLocation',
    city: textOrNull(place['city']),
    state: textOrNull(place['region']),
    country: textOrNull(place['country']),
    zip: textOrNull(place['postal_code']),
  };
}

/** `HOUSTON TX, 77001`, as EasyPost writes it; null if nothing is known. */
function placeText(place: Place): string | null {
  if (place === null) return null;
  const { city, state, zip } = toLocation(place);
  const name = [city, state].filter(Boolean).join(' ');
  return [name, zip].filter(Boolean).join(', ') || null;
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** International avoirdupois ounce. */
export const GRAMS_PER_OUNCE = 28.349_523_125;

/** Ounces, to a tenth. */
function ouncesOf(grams: number): number {
  return Math.round((grams / GRAMS_PER_OUNCE) * 10) / 10;
}

/** Length of `2026-03-10`. */
const DATE_CHARS = 10;
/** Length of `2026-03-10T12:00:00`. */
const SECOND_CHARS = 19;

/** EasyPost's instants end at the second. */
function toSecond(instant: string): string {
  return `${instant.slice(0, SECOND_CHARS)}Z`;
}

/**
 * The last moment of the window. A whole day is midnight of that day in UTC, as with EasyPost, so
 * that its first ten characters are the day at the destination.
 */
function estimatedInstant(estimate: EstimateView | null): string | null {
  if (estimate === null) return null;
  const isExact = estimate.precision === 'time' && estimate.to !== null;
  return toSecond(isExact && estimate.to !== null ? estimate.to : `${estimate.date}T00:00:00`);
}

/**
 * When it happened. If its zone is unknown, the local time as if it were UTC, as with EasyPost;
 * null without any time.
 */
function instantOf({ occurredAt, occurredLocal }: TimelineEvent): string | null {
  if (occurredAt !== null) return toSecond(occurredAt);
  if (occurredLocal === null) return null;
  return toSecond(`${occurredLocal}${'2000-01-01T00:00:00'.slice(occurredLocal.length)}`);
}
