import { looseCode, looseList, looseNumber, looseObject, looseText, z } from 'waybill/adapter';

/** Real parcels have a few dozen events. */
export const EVENTS_MAX = 500;
const ERRORS_MAX = 20;

const event = z.object({
  eventCode: looseCode,
  /** ISO 8601 in UTC, with milliseconds. */
  eventTime: looseCode,
  /** FORWARD or RETURNS. */
  shipmentType: looseCode,
  location: looseObject({
    city: looseText,
    stateOrRegion: looseText,
    postalCode: looseCode,
    countryCode: looseCode,
  }),
});

const result = z.object({
  trackingId: looseCode,
  /** The number of the return; the text "null" when there is none. */
  alternateLegTrackingId: looseCode,
  eventHistory: looseList(event, EVENTS_MAX).optional(),
});

/** The schema wraps the result in `payload`; the document's example does not. */
export const trackingAnswer = result.extend({
  payload: result.optional().catch(undefined),
  errors: looseList(z.object({ code: looseCode }), ERRORS_MAX).optional(),
});

export const tokenAnswer = z.object({
  // Longer than any code.
  access_token: z.string().optional().catch(undefined),
  expires_in: looseNumber,
});

export type TrackingResult = z.output<typeof result>;
export type WireEvent = z.output<typeof event>;
