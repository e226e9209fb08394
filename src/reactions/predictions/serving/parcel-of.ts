import { zonesOfPlace } from '../../../kernel/places/zones-of-place.ts';
import {
  NO_WARNING,
  type ParcelUnderWay,
  type Place,
  type WarningState,
  warningState,
} from '../../../prediction/index.ts';
import { type ParcelSnapshot, type ShownEstimate, shownEstimate } from '../../../tracking/index.ts';
import type { Journey } from './journey.ts';
import type { KnownBefore } from './rows.ts';

/** A parcel snapshot in the form that prediction uses. Pure. */
export function parcelOf(
  { shipment, personal, events }: ParcelSnapshot,
  journey: Journey | null,
  before: KnownBefore | null,
): ParcelUnderWay {
  const { state, predicted } = shipment;
  const newestPlace = events.find(({ place }) => place?.country)?.place ?? null;
  const destination = placeOf(personal.destination);
  const origin = placeOf(personal.origin);
  const isThere = destination.country === null || destination.country === newestPlace?.country;
  const carrierFirst = before?.carrierFirst ?? state.estimatedDelivery?.date ?? null;
  return {
    status: state.status,
    reason: state.subStatus,
    isExpired: state.expired,
    carrier: shipment.carrier,
    serviceLevel: shipment.serviceLevel,
    way: journey && {
      parcel: journey.parcel,
      handOver: journey.handOver,
      newest: journey.newest,
    },
    estimate: state.estimatedDelivery,
    promised: shipment.promisedDate ?? carrierFirst,
    // If the destination is unknown, the country of the last scan is the likeliest.
    destination:
      destination.country === null
        ? { country: newestPlace?.country ?? null, region: null }
        : destination,
    origin,
    zone: shipment.destinationZone ?? (isThere ? state.eventZone : null),
    originZone: originZone(personal.origin),
    before: {
      ...(shownBefore(shipment, before) ?? { date: null, source: null }),
      moved: predicted === null || predicted.date === null ? null : (before?.moved ?? null),
      warning: warningOf(before?.warning),
    },
  };
}

/**
 * The date with which the next prediction is compared: the one shown when the date was last
 * weighed, because a page may already show the carrier's new one; or the one withdrawn since.
 */
function shownBefore(
  shipment: ParcelSnapshot['shipment'],
  before: KnownBefore | null,
): Pick<ShownEstimate, 'date' | 'source'> | null {
  const { predicted, state } = shipment;
  const withdrawn = predicted?.date === null ? state.estimatedDelivery : null;
  if (before?.announced === undefined) return shownEstimate(shipment) ?? withdrawn;
  return before.announced ?? withdrawn;
}

function placeOf(address: Readonly<Record<string, unknown>> | null): Place {
  return { country: textOf(address?.['country']), region: textOf(address?.['region']) };
}

function originZone(address: Readonly<Record<string, unknown>> | null): string | null {
  const country = textOf(address?.['country']);
  if (country === null) return null;
  const postalCode = textOf(address?.['postal_code']);
  const zones = zonesOfPlace({ country, region: textOf(address?.['region']), postalCode });
  return zones.length === 1 ? (zones[0] ?? null) : null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** Reads a stored warning state; an unreadable one starts over. */
function warningOf(stored: unknown): WarningState {
  const read = warningState.safeParse(stored);
  return read.success ? read.data : NO_WARNING;
}
