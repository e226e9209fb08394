import {
  type Loose,
  looseCode,
  looseList,
  looseNumber,
  looseObject,
  looseText,
  z,
} from 'waybill/adapter';
import type { components } from './wire.gen.ts';

type Wire = components['schemas'];

/** Real parcels have a few dozen events. */
export const EVENTS_MAX = 500;

const place = looseObject({ city: looseText, postal_code: looseCode, country: looseCode });

const event = z.object({
  code: looseCode,
  text: looseText,
  at: looseCode,
  place,
}) satisfies z.ZodType<Loose<Wire['Event']>>;

export const parcelAnswer = z.object({
  number: looseCode,
  service: looseText,
  weight_g: looseNumber,
  expected: looseCode,
  from: place,
  to: place,
  events: looseList(event, EVENTS_MAX).optional(),
  error: looseObject({ code: looseCode }),
}) satisfies z.ZodType<Loose<Wire['ParcelAnswer']>>;

export const tokenAnswer = z.object({
  // Longer than any code.
  access_token: z.string().optional().catch(undefined),
  expires_in: looseNumber,
}) satisfies z.ZodType<Loose<Wire['Token']>>;

export type ParcelAnswer = z.output<typeof parcelAnswer>;
export type WireEvent = z.output<typeof event>;
export type WirePlace = z.output<typeof place>;
