import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import type { FoundPlace, SoughtAddress } from '../../platform/geocoding/address.ts';
import { type Keyring, open, seal } from '../../platform/sealing/sealing.ts';
import type { Personal } from '../personal.ts';
import { type PlaceRow, placesByShipment } from './shipment-places.sql.ts';

const found = z.object({
  lat: z.number(),
  lng: z.number(),
  precision: z.enum(['rooftop', 'street', 'postal_code', 'city']),
});

/**
 * Returns the context with which a place is sealed, so that it can be opened only for its shipment.
 */
export function placeBoundTo(shipmentId: string): string {
  return `shipment place ${shipmentId}`;
}

/** Seals the coordinates of a shipment's destination. */
export function sealPlace(keyring: Keyring, shipmentId: string, place: FoundPlace): Buffer {
  return seal(keyring, Buffer.from(JSON.stringify(place), 'utf8'), placeBoundTo(shipmentId));
}

/** Opens the coordinates of a row; null if the place is not known. */
export function openPlace(
  keyring: Keyring,
  { shipmentId: id, place }: PlaceRow,
): FoundPlace | null {
  if (place === null) return null;
  return found.parse(JSON.parse(open(keyring, place, placeBoundTo(id)).toString('utf8')));
}

/**
 * Returns the destinations of these shipments, as far as they are known. Needs the pipeline's role.
 */
export async function placesOf(
  db: Queryable,
  keyring: Keyring,
  shipmentIds: readonly string[],
): Promise<Map<string, FoundPlace>> {
  if (shipmentIds.length === 0) return new Map();
  const rows = await placesByShipment(db, shipmentIds);
  return new Map(
    rows.flatMap((row) => {
      const place = openPlace(keyring, row);
      return place === null ? [] : [[row.shipmentId, place] as const];
    }),
  );
}

/** Returns the destination as it is looked up; null if no destination is known. */
export function soughtAddress({
  destination,
}: Pick<Personal, 'destination'>): SoughtAddress | null {
  const text = (name: string): string | null => {
    const value = destination?.[name];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
  };
  const address = {
    lines: ['line1', 'line2'].flatMap((name) => text(name) ?? []),
    postalCode: text('postal_code'),
    city: text('city'),
    region: text('region'),
    country: text('country'),
  };
  const isNamed = address.lines.length > 0 || address.postalCode !== null || address.city !== null;
  return isNamed ? address : null;
}

/** Returns the coordinates that the merchant sent; null if it sent none. */
export function givenPlace({ destination }: Pick<Personal, 'destination'>): FoundPlace | null {
  const { lat, lng } = destination ?? {};
  if (typeof lat !== 'number' || typeof lng !== 'number') return null;
  return { lat, lng, precision: 'rooftop' };
}

const HASH_BYTES = 16;

/** Returns a hash that identifies an address within its tenant without revealing it. */
export function addressHashOf(
  key: Uint8Array,
  { merchantId, mode }: Tenant,
  { lines, postalCode, city, region, country }: SoughtAddress,
): Buffer {
  const text = [...lines, postalCode, city, region, country].map((part) =>
    (part ?? '').toLowerCase().replaceAll(/[\s.,-]+/g, ''),
  );
  const content = JSON.stringify([merchantId, mode, 'place', text]);
  return createHmac('sha256', key).update(content).digest().subarray(0, HASH_BYTES);
}
