import { z } from 'zod';
import { type Keyring, open, seal } from '../../platform/sealing/sealing.ts';
import type { DeliveryRow } from './store/deliveries.sql.ts';

const place = z.object({
  lat: z.number(),
  lng: z.number(),
  precision: z.enum(['rooftop', 'street', 'postal_code', 'city']),
});
const details = z.object({ origin: place, destination: place, notes: z.string().nullable() });

/** What only the assigned courier may know; addresses and phone are stored with the shipment. */
export type DeliveryDetails = z.infer<typeof details>;

/** Binds details to their row, so that they open in no other. */
export function detailsBoundTo(shipmentId: string): string {
  return `delivery ${shipmentId} details`;
}

export function sealDetails(
  keyring: Keyring,
  shipmentId: string,
  content: DeliveryDetails,
): Buffer {
  return seal(keyring, Buffer.from(JSON.stringify(content), 'utf8'), detailsBoundTo(shipmentId));
}

export function openDetails(
  keyring: Keyring,
  { shipment_id: id, details: sealed }: Pick<DeliveryRow, 'shipment_id' | 'details'>,
): DeliveryDetails {
  return details.parse(JSON.parse(open(keyring, sealed, detailsBoundTo(id)).toString('utf8')));
}
