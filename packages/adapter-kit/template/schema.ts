import { looseCode, looseList, looseNumber, looseObject, looseText, z } from 'waybill/adapter';

/** Limit of events; real parcels have a few dozen. */
export const EVENTS_MAX = 500;

const place = looseObject({ city: looseText, postal_code: looseCode, country: looseCode });

const event = z.object({
  code: looseCode,
  text: looseText,
  /** ISO 8601 with the offset of the place. */
  at: looseCode,
  place,
});

export const parcelAnswer = z.object({
  number: looseCode,
  service: looseText,
  weight_g: looseNumber,
  /** The day of delivery. */
  expected: looseCode,
  from: place,
  to: place,
  events: looseList(event, EVENTS_MAX).optional(),
  error: looseObject({ code: looseCode }),
});

export const tokenAnswer = z.object({
  // Longer than any code.
  access_token: z.string().optional().catch(undefined),
  expires_in: looseNumber,
});

export type ParcelAnswer = z.output<typeof parcelAnswer>;
export type WireEvent = z.output<typeof event>;
export type WirePlace = z.output<typeof place>;
