import { z } from 'zod';

const LISTS = z.union([z.array(z.unknown()).min(1), z.looseObject({})]);

const shipments = z.looseObject({ shipment: LISTS });
const shipment = z.looseObject({ package: LISTS });
const listed = z.array(shipment).min(1);
const parcel = z.union([
  z.looseObject({ activity: LISTS }),
  z.looseObject({ trackingNumber: z.string(), currentStatus: z.looseObject({}) }),
  // Without a number, what UPS alone would say: the letter of its types.
  z.looseObject({ currentStatus: z.looseObject({ type: z.string() }) }),
]);

/**
 * A part of the Track API's answer that somebody took out of it to pass it on (what is in
 * `trackResponse`, its shipments or one of them, one package), put back. Null for anything else.
 */
export function unwrappedBody(json: unknown): Record<string, unknown> | null {
  if (listed.safeParse(json).success) return { trackResponse: { shipment: json } };
  if (shipments.safeParse(json).success) return { trackResponse: json };
  if (shipment.safeParse(json).success) return { trackResponse: { shipment: [json] } };
  if (!parcel.safeParse(json).success) return null;
  return { trackResponse: { shipment: [{ package: [json] }] } };
}
