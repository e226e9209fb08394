import { z } from 'zod';
import {
  looseCode,
  looseList,
  looseNumber,
  looseObject,
  looseText,
} from '../../kernel/wire/loose.ts';

/** Limit of events; no scenario of the sandbox has as many. */
export const EVENTS_MAX = 500;

const place = looseObject({
  city: looseText,
  region: looseText,
  postal_code: looseCode,
  country: looseCode,
});

const event = z.object({ status: looseCode, at: looseText, text: looseText, place });

export const parcelAnswer = z.object({
  tracking_number: looseCode,
  piece_id: looseCode,
  service: looseText,
  weight_g: looseNumber,
  estimated_delivery: looseObject({ date: looseText, from: looseText, to: looseText }),
  destination: place,
  origin: place,
  events: looseList(event, EVENTS_MAX).optional(),
  error: looseObject({ code: looseCode }),
});

export type ParcelAnswer = z.output<typeof parcelAnswer>;
export type WireEvent = z.output<typeof event>;
export type WirePlace = z.output<typeof place>;
