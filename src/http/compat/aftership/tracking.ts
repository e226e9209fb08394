import type { EstimateView, ShipmentView } from '../../../events/shipment-view.ts';
import { alpha3OfCountry } from '../../../kernel/places/country-codes.ts';
import { isTerminal, type ReadStatus } from '../../../kernel/status.ts';
import type { Describe } from '../../../tracking/ports/public-tracks.ts';
import type { Personal, ShownEvent, ShownLink } from '../../../tracking/ports/shipments.ts';
import { aftershipName } from './carriers.ts';
import { type Checkpoint, toCheckpoints } from './checkpoint.ts';
import { confidenceCode } from './confidence.ts';
import { customFields, ownField } from './own-fields.ts';
import { aftershipWords, type Subtag, tagMembers } from './subtags.ts';
import { timeAtPlace, utcTime } from './times.ts';

/** A parcel as a translation needs it, from the API or from an event. */
export interface TrackedParcel {
  readonly shipment: ShipmentView;
  readonly personal: Personal;
  /** The newest first. */
  readonly events: readonly ShownEvent[];
  /** Other numbers that the carrier named; absent: none are shown. */
  readonly links?: readonly ShownLink[];
  /** Its ids at AfterShip, the newest first; absent: it was never there. */
  readonly ids?: readonly string[];
}

/** What a translation needs besides the parcel. */
export interface TrackingTerms {
  /** The hub's text for an event, in English. */
  readonly describe: Describe;
  readonly nowMs: number;
  /** The carrier's page, with `{number}`; null if there is none. */
  readonly trackingPageOf: (carrier: string) => string | null;
}

export type Tracking = ReturnType<typeof toTracking>;

/**
 * Translates a parcel into a tracking of AfterShip's API 2026-07, as its SDK 17 reads it. The
 * members that the hub cannot know are left out or null, never guessed. Pure.
 */
export function toTracking(parcel: TrackedParcel, terms: TrackingTerms) {
  const { shipment, personal, events } = parcel;
  const slug = aftershipName(shipment.carrier);
  const checkpoints = toCheckpoints(events, slug, terms.describe);
  const { metadata } = shipment;
  const own = (field: Parameters<typeof ownField>[1]) => ownField(metadata, field);
  return {
    ...idMembers(parcel),
    created_at: utcTime(shipment.created_at),
    updated_at: utcTime(shipment.updated_at),
    tracking_number: shipment.tracking_number,
    slug,
    active: !isTerminal(shipment.status) && !shipment.expired,
    custom_fields: customFields(metadata),
    transit_time: transitDays(parcel, terms.nowMs),
    ...placeMembers('origin', personal.origin),
    ...placeMembers('destination', personal.destination),
    courier_destination_country_region: null,
    order_id: shipment.order_id,
    ...orderMembers(shipment),
    note: own('note'),
    shipment_package_count: shipment.pieces?.total ?? null,
    ...dateMembers(events, shipment),
    shipment_type: shipment.service_level,
    ...sizeMembers(shipment),
    // The hub stores no names of signers.
    signed_by: null,
    source: 'api',
    ...tagMembers(subtagOf(parcel)),
    title: own('title') ?? shipment.tracking_number,
    ...customerMembers(personal),
    checkpoints,
    subscribed_smses: [],
    subscribed_emails: [],
    return_to_sender: isReturned(shipment, checkpoints),
    delivery_type: own('delivery_type'),
    pickup_location: own('pickup_location'),
    pickup_note: own('pickup_note'),
    courier_tracking_link: trackingLink(shipment, terms),
    courier_redirect_link: null,
    tracking_account_number: null,
    tracking_key: null,
    tracking_ship_date: own('tracking_ship_date'),
    on_time_status: null,
    on_time_difference: null,
    order_tags: [],
    ...estimateMembers(shipment.estimated_delivery),
    shipment_tags: shipment.tags,
    courier_connection_id: null,
    carbon_emissions: null,
    location_id: own('location_id'),
    shipping_method: own('shipping_method'),
    failed_delivery_attempts: events.filter(({ status }) => status === 'delivery_attempted').length,
    signature_requirement: null,
    delivery_location_type: null,
    aftership_tracking_url: shipment.tracking_url,
    aftership_tracking_order_url: null,
    ...linkMembers(parcel),
    proof_of_delivery: null,
    multi_piece_info: null,
    shipment_direction: own('shipment_direction'),
  };
}

/** AfterShip's ids before those of 32 characters. */
const LEGACY_ID = /^[0-9a-f]{24}$/;

/** The ids that clients know from AfterShip, so that theirs keep their meaning; else our own. */
function idMembers({ shipment, ids = [] }: TrackedParcel) {
  const legacy = ids.find((id) => LEGACY_ID.test(id));
  return {
    id: shownId(shipment.id, ids),
    ...(legacy === undefined ? {} : { legacy_id: legacy }),
  };
}

/**
 * Returns the id under which answers show a parcel.
 *
 * @param ids its ids at AfterShip, the newest first.
 */
export function shownId(shipmentId: string, ids: readonly string[]): string {
  return ids.find((id) => !LEGACY_ID.test(id)) ?? trackingId(shipmentId);
}

/** A shipment's id as AfterShip's clients know it: the digits of its UUID. */
export function trackingId(shipmentId: string): string {
  return shipmentId.replaceAll('-', '');
}

/** Returns the sub-tag of a parcel, with the milestone of the event to which its status is due. */
function subtagOf({ shipment, events }: TrackedParcel): Subtag {
  const { status, sub_status: reason, last_event_at: lastEventAt, expired } = shipment;
  const words = aftershipWords();
  if (expired && !isTerminal(status)) {
    return words.wordsFor({ status: 'none', reason: 'expired', milestone: null });
  }
  const isUnreported = status === 'created' && lastEventAt === null && events.length === 0;
  if (isUnreported) return words.wordsFor({ status: 'none', reason: null, milestone: null });
  const latest = events.find((event) => event.status === status && event.reason === reason);
  return words.wordsFor({ status, reason, milestone: latest?.milestone ?? null });
}

function isReturned({ status }: ShipmentView, checkpoints: readonly Checkpoint[]): boolean {
  const isReturn = ({ subtag }: Checkpoint) =>
    subtag === 'Exception_010' || subtag === 'Exception_011';
  return status === 'returning' || status === 'returned_to_sender' || checkpoints.some(isReturn);
}

type End = 'origin' | 'destination';
type PlaceMember = 'country_region' | 'state' | 'city' | 'postal_code' | 'raw_location';

function placeMembers<Name extends End>(
  name: Name,
  place: Personal['origin'],
): Record<`${Name}_${PlaceMember}`, string | null> {
  const country = textOf(place, 'country');
  return {
    [`${name}_country_region`]: country && alpha3OfCountry(country),
    [`${name}_state`]: textOf(place, 'region'),
    [`${name}_city`]: textOf(place, 'city'),
    [`${name}_postal_code`]: textOf(place, 'postal_code'),
    [`${name}_raw_location`]: textOf(place, 'line1'),
  } as Record<`${Name}_${PlaceMember}`, string | null>;
}

function textOf(part: Readonly<Record<string, unknown>> | null, name: string): string | null {
  const value = part?.[name];
  return typeof value === 'string' ? value : null;
}

function orderMembers({ metadata, promised_date: promised }: ShipmentView) {
  return {
    order_id_path: ownField(metadata, 'order_id_path'),
    order_date: ownField(metadata, 'order_date'),
    order_number: ownField(metadata, 'order_number'),
    order_promised_delivery_date: promised && {
      promised_delivery_date: promised,
      promised_delivery_date_min: null,
      promised_delivery_date_max: null,
    },
  };
}

/** The newest event of the delivery, and the oldest of the others. */
function dateMembers(events: readonly ShownEvent[], { status }: ShipmentView) {
  const delivered = events.find((event) => event.status === 'delivered');
  const attempt = events.findLast((event) => ATTEMPTS.has(event.status));
  return {
    shipment_pickup_date: timeOf(pickupOf(events)),
    shipment_delivery_date: status === 'delivered' ? timeOf(delivered) : null,
    first_attempted_at: timeOf(attempt),
  };
}

const ATTEMPTS: ReadonlySet<ReadStatus> = new Set(['delivery_attempted', 'delivered']);
/** Statuses that a parcel may have before its carrier has it. */
const BEFORE_PICKUP: ReadonlySet<ReadStatus> = new Set([
  'none',
  'created',
  'cancelled',
  'exception',
]);

/** The first event that shows that the carrier has the parcel. */
function pickupOf(events: readonly ShownEvent[]): ShownEvent | undefined {
  return events.findLast(({ status }) => !BEFORE_PICKUP.has(status));
}

function timeOf(event: ShownEvent | undefined): string | null {
  return event === undefined ? null : timeAtPlace(event);
}

const DAY_MS = 86_400_000;

/** Whole days from the pickup to the delivery, or until now; null before the pickup. */
function transitDays({ shipment, events }: TrackedParcel, nowMs: number): number | null {
  const begin = pickupOf(events)?.occurredAt ?? null;
  if (begin === null) return null;
  const endMs = shipment.delivered_at === null ? nowMs : Date.parse(shipment.delivered_at);
  return Math.max(0, Math.floor((endMs - Date.parse(begin)) / DAY_MS));
}

const MM_PER_CM = 10;

function sizeMembers({ weight_g: weightG, dimensions }: ShipmentView) {
  return {
    shipment_weight: weightG === null ? null : { unit: 'g', value: weightG },
    shipment_dimensions: dimensions && {
      unit: 'cm',
      length: dimensions.length_mm / MM_PER_CM,
      width: dimensions.width_mm / MM_PER_CM,
      height: dimensions.height_mm / MM_PER_CM,
    },
  };
}

function customerMembers({ recipient }: Personal) {
  const language = textOf(recipient, 'locale');
  return {
    language,
    customers:
      recipient === null
        ? []
        : [
            {
              role: 'receiver',
              name: textOf(recipient, 'name'),
              phone_number: textOf(recipient, 'phone'),
              email: textOf(recipient, 'email'),
              language,
              id: null,
            },
          ],
  };
}

/** One estimate under the name of its source, and again as the latest one. */
function estimateMembers(estimate: EstimateView | null) {
  const none = {
    courier_estimated_delivery_date: null,
    aftership_estimated_delivery_date: null,
    custom_estimated_delivery_date: null,
    first_estimated_delivery: null,
    latest_estimated_delivery: null,
  };
  if (estimate === null) return none;
  const { date, source, from_local: from, to_local: to } = estimate;
  const isRange = from !== to;
  const isCarriers = source === 'carrier';
  return {
    ...none,
    courier_estimated_delivery_date: isCarriers
      ? {
          estimated_delivery_date: date,
          estimated_delivery_date_min: isRange ? from : null,
          estimated_delivery_date_max: isRange ? to : null,
        }
      : null,
    aftership_estimated_delivery_date: isCarriers
      ? null
      : {
          estimated_delivery_date: date,
          confidence_code: confidenceCode({ ...estimate, isPlaceKnown: true }),
          estimated_delivery_date_min: dayOf(from) ?? date,
          estimated_delivery_date_max: dayOf(to) ?? date,
        },
    latest_estimated_delivery: {
      type: isRange ? 'range' : 'specific',
      source: isCarriers ? 'Carrier EDD' : 'AfterShip EDD',
      datetime: date,
      datetime_min: isRange ? from : null,
      datetime_max: isRange ? to : null,
      revise_reason: null,
    },
  };
}

function dayOf(local: string | null): string | null {
  return local?.slice(0, '2026-03-10'.length) ?? null;
}

function trackingLink(
  { carrier, tracking_number: number }: ShipmentView,
  { trackingPageOf }: TrackingTerms,
): string | null {
  return trackingPageOf(carrier)?.replace('{number}', encodeURIComponent(number)) ?? null;
}

/** The parcel with the next carrier, and the one that brings it back. */
function linkMembers({ links = [] }: TrackedParcel) {
  const next = links.find(({ kind }) => kind === 'partner_leg');
  const back = links.find(({ kind }) => kind === 'return');
  const slugOf = ({ carrier }: ShownLink) => (carrier === null ? null : aftershipName(carrier));
  return {
    first_mile: null,
    last_mile: next
      ? {
          tracking_number: next.trackingNumber,
          slug: slugOf(next),
          transit_time: null,
          courier_tracking_link: null,
          courier_redirect_link: null,
          source: 'system',
        }
      : null,
    return_shipment: back
      ? {
          id: back.shipmentId && trackingId(back.shipmentId),
          tracking_number: back.trackingNumber,
          slug: slugOf(back),
        }
      : null,
    forward_shipment: null,
  };
}
