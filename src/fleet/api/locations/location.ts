import type { LocationJson } from '../../../http/index.ts';
import { isTerminal, type Status } from '../../../kernel/status.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { Bringer } from '../../couriers/index.ts';
import { firstName } from '../../couriers/index.ts';
import type { CourierPlace } from '../../positions/index.ts';

/** What is known about one parcel's way to its door. */
export interface OnTheWay {
  readonly shipmentId: string;
  readonly trackingNumber: string;
  readonly status: Status;
  readonly bringer: Bringer;
  readonly place: CourierPlace;
}

/** A recipient sees the exact place when their stop is among this many next ones. */
const NEXT_STOPS = 3;
/** Before that, the centre of a field of this many metres. */
const FIELD_M = 250;
/** A recipient sees the number of stops before theirs up to this many; more is no information. */
const STOPS_SHOWN_MAX = 10;
const DEGREE_M = 111_320;

/**
 * The location that a merchant sees: where the courier of its parcel is, from the assignment until
 * the parcel has a terminal status; null after that.
 */
export function locationForMerchant(way: OnTheWay): LocationJson | null {
  if (isTerminal(way.status)) return null;
  const { bringer, place, shipmentId, trackingNumber } = way;
  const { position } = place;
  return {
    tracking_number: trackingNumber,
    shipment_id: shipmentId,
    courier: {
      id: wireId('courier', bringer.courierId),
      name: bringer.name,
      vehicle: bringer.vehicle,
    },
    lat: position.lat,
    lng: position.lng,
    precision: 'exact',
    accuracy_m: position.accuracyM,
    heading: position.heading,
    updated_at: iso(position.atMs),
    is_old: place.isOld ?? false,
    stops_before: bringer.stopsBefore,
  };
}

/**
 * The location that a recipient sees while the parcel is out for delivery and in the courier's
 * hands; otherwise null. It is exact only when the recipient's stop is one of the next.
 */
export function locationForRecipient(way: OnTheWay): LocationJson | null {
  const { bringer, place, trackingNumber } = way;
  if (way.status !== 'out_for_delivery' || !bringer.holds) return null;
  const { position } = place;
  const { stopsBefore } = bringer;
  const isNext = stopsBefore !== null && stopsBefore < NEXT_STOPS;
  const shown = isNext ? position : middleOfField(position);
  return {
    tracking_number: trackingNumber,
    courier: { name: firstName(bringer.name), vehicle: bringer.vehicle },
    lat: shown.lat,
    lng: shown.lng,
    precision: isNext ? 'exact' : 'coarse',
    accuracy_m: isNext ? position.accuracyM : null,
    heading: isNext ? position.heading : null,
    updated_at: iso(position.atMs),
    is_old: place.isOld ?? false,
    stops_before: stopsBefore !== null && stopsBefore <= STOPS_SHOWN_MAX ? stopsBefore : null,
  };
}

/** The centre of the 250 m by 250 m field that contains a place; the same for all places in it. */
export function middleOfField({ lat, lng }: { readonly lat: number; readonly lng: number }) {
  const stepLat = FIELD_M / DEGREE_M;
  const row = Math.floor(lat / stepLat);
  const middleLat = (row + 0.5) * stepLat;
  // Uses the row's own latitude, so that all places of a row have the same columns.
  const stepLng = stepLat / Math.max(0.01, Math.cos((middleLat * Math.PI) / 180));
  const middleLng = (Math.floor(lng / stepLng) + 0.5) * stepLng;
  return { lat: rounded(middleLat), lng: rounded(middleLng) };
}

function rounded(degrees: number): number {
  return Math.round(degrees * 1e5) / 1e5;
}
