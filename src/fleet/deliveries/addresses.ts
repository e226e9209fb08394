import { z } from 'zod';
import { definedOnly } from '../../kernel/defined-only.ts';
import type { ErrorText } from '../../kernel/errors.ts';
import { countryOfName } from '../../kernel/places/country-names.ts';
import type { LatLng } from '../../kernel/places/distance.ts';
import type { FoundPlace, SoughtAddress } from '../../platform/geocoding/address.ts';
import { type Keyring, open, seal } from '../../platform/sealing/sealing.ts';
import type { DeliveriesDeps } from './deps.ts';
import type { DeliveryRow } from './store/deliveries.sql.ts';

/** An address as a merchant sent it: its parts, or all in one line. */
export type GivenAddress = string | Readonly<Record<string, unknown>>;

export interface GivenPlace {
  readonly address: GivenAddress | null;
  readonly at: LatLng | null;
}

export type FoundAddress =
  | {
      readonly kind: 'found';
      readonly place: FoundPlace;
      /** The address in the form that the shipment stores. */
      readonly party: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'unknown'; readonly reason: ErrorText; readonly fix: ErrorText };

/**
 * Finds where a courier is to go: the given coordinates, otherwise what geocoding or the postal
 * code yields. It never guesses.
 */
export async function findAddress(
  { geocoder, postalCodes }: Pick<DeliveriesDeps, 'geocoder' | 'postalCodes'>,
  { address, at }: GivenPlace,
): Promise<FoundAddress> {
  const party = addressFields(address);
  if (at !== null) {
    const place = { lat: at.lat, lng: at.lng, precision: 'rooftop' as const };
    return { kind: 'found', place, party: { ...party, lat: at.lat, lng: at.lng } };
  }
  const sought = toGeocoderQuery(party);
  const lookup = geocoder === null ? null : await geocoder.find(sought);
  if (lookup?.kind === 'found' && lookup.place.precision !== 'city') {
    const { place } = lookup;
    const exact = place.precision === 'rooftop' || place.precision === 'street';
    const known = exact ? { lat: place.lat, lng: place.lng } : {};
    return { kind: 'found', place, party: { ...party, ...known } };
  }
  const { country, postalCode } = sought;
  const centre = country && postalCode ? postalCodes.find(country, postalCode) : null;
  if (centre !== null) {
    return { kind: 'found', place: { ...centre, precision: 'postal_code' }, party };
  }
  return { kind: 'unknown', ...whyUnknown(lookup?.kind ?? null, sought) };
}

/**
 * The texts for an address that was not found. `kind` is the geocoder's answer; null: no geocoder.
 */
function whyUnknown(
  kind: 'found' | 'unknown' | 'unavailable' | null,
  { country, postalCode }: SoughtAddress,
): { readonly reason: ErrorText; readonly fix: ErrorText } {
  switch (kind) {
    case 'found':
      return {
        reason: 'deliveries.onlyTownFound',
        fix: 'deliveries.addStreetOrCoordinates',
      };
    case 'unknown':
      return {
        reason: 'deliveries.addressNotFound',
        fix: 'deliveries.correctAddressOrCoordinates',
      };
    case 'unavailable':
      return {
        reason: 'deliveries.geocoderUnavailable',
        fix: 'deliveries.retryOrSendCoordinates',
      };
    case null:
      return {
        reason:
          country === null || postalCode === null
            ? 'deliveries.noGeocoderOrPostcode'
            : 'deliveries.noGeocoderUnlistedPostcode',
        fix: 'deliveries.configureGeocoder',
      };
  }
}

/**
 * The address in the form that the shipment stores. In a single line, only the country and the
 * postal code are recognised. Pure.
 */
function addressFields(address: GivenAddress | null): Readonly<Record<string, unknown>> {
  if (address === null) return {};
  if (typeof address !== 'string') return address;
  const parts = address.split(',').map((part) => part.trim());
  const country = parts.length > 1 ? countryOfName(parts.at(-1) ?? '') : null;
  const postalCode = /(?:^|\s)(\d{4,6})(?=\s|$)/.exec(parts.slice(1).join(' '))?.[1];
  return {
    line1: address.trim(),
    ...(country === null ? {} : { country }),
    ...definedOnly({ postal_code: postalCode }),
  };
}

function toGeocoderQuery(fields: Readonly<Record<string, unknown>>): SoughtAddress {
  const text = (name: string): string | null => {
    const value = fields[name];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
  };
  return {
    lines: ['line1', 'line2'].flatMap((name) => text(name) ?? []),
    postalCode: text('postal_code'),
    city: text('city'),
    region: text('region'),
    country: text('country'),
  };
}

const place = z.object({
  lat: z.number(),
  lng: z.number(),
  precision: z.enum(['rooftop', 'street', 'postal_code', 'city']),
});
const details = z.object({ origin: place, destination: place, notes: z.string().nullable() });

/**
 * The details of a delivery that only the assigned courier may know. Addresses and phone are stored
 * with the shipment.
 */
export type DeliveryDetails = z.infer<typeof details>;

/** Binds details to their row, so that they open in no other. */
export function detailsBoundTo(shipmentId: string): string {
  return `delivery ${shipmentId} details`;
}

/** Seals a delivery's details, so that only its own row opens them. */
export function sealDetails(
  keyring: Keyring,
  shipmentId: string,
  content: DeliveryDetails,
): Buffer {
  return seal(keyring, Buffer.from(JSON.stringify(content), 'utf8'), detailsBoundTo(shipmentId));
}

/** Opens the sealed details of a delivery's row. Throws if the row was tampered with. */
export function openDetails(
  keyring: Keyring,
  { shipmentId: id, details: sealed }: Pick<DeliveryRow, 'shipmentId' | 'details'>,
): DeliveryDetails {
  return details.parse(JSON.parse(open(keyring, sealed, detailsBoundTo(id)).toString('utf8')));
}
