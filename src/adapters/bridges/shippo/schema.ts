import { looseCode, looseList, looseObject, looseText, z } from '../../sdk.ts';

/** Real parcels have a few dozen events. */
export const EVENTS_MAX = 500;

const location = looseObject({
  city: looseText,
  state: looseCode,
  zip: looseCode,
  country: looseCode,
});

const event = z.object({
  status: looseCode,
  substatus: looseObject({ code: looseCode }),
  /** In UTC. */
  status_date: looseCode,
  status_details: looseText,
  location,
});

const track = z.object({
  carrier: looseCode,
  tracking_number: looseCode,
  eta: looseCode,
  servicelevel: looseObject({ name: looseText, token: looseText }),
  address_from: location,
  address_to: location,
  tracking_status: looseObject(event.shape),
  tracking_history: looseList(event, EVENTS_MAX).optional(),
});

/** A parcel, or a push about one. */
export const trackDocument = track.extend({ event: looseCode, data: looseObject(track.shape) });

export type WireLocation = z.output<typeof location>;
export type WireEvent = z.output<typeof event>;
export type Track = z.output<typeof track>;
