import {
  looseBoolean,
  looseCode,
  looseList,
  looseNumber,
  looseObject,
  looseText,
  z,
} from '../../sdk.ts';

/** Real parcels have a few dozen events. */
export const EVENTS_MAX = 500;
/** How many trackers of an answer are read. */
export const TRACKERS_MAX = 100;

const location = looseObject({
  city: looseText,
  state: looseCode,
  /** ISO 3166-1 alpha-2. */
  country: looseCode,
  zip: looseCode,
});

const trackingDetail = z.object({
  status: looseCode,
  status_detail: looseCode,
  /** The carrier's own code; often empty. */
  carrier_code: looseCode,
  /** The carrier's words. */
  message: looseText,
  description: looseText,
  /** ISO 8601, always with `Z`. */
  datetime: looseCode,
  tracking_location: location,
});

const tracker = z.object({
  object: looseCode,
  id: looseCode,
  tracking_code: looseCode,
  carrier: looseCode,
  updated_at: looseCode,
  /** Ounces. */
  weight: looseNumber,
  est_delivery_date: looseCode,
  tracking_details: looseList(trackingDetail, EVENTS_MAX),
  carrier_detail: looseObject({
    service: looseText,
    /** YYYY-MM-DD at the destination. */
    est_delivery_date_local: looseCode,
    origin_tracking_location: location,
    destination_tracking_location: location,
  }),
});

/** A tracker, an event with one as `result`, a list of trackers, or an error. */
export const trackerDocument = tracker.extend({
  result: tracker.optional().catch(undefined),
  trackers: looseList(tracker, TRACKERS_MAX).optional(),
  has_more: looseBoolean,
  /** Of the answer to a deletion. */
  success: looseBoolean,
  error: looseObject({ code: looseCode }),
});

export type Tracker = z.output<typeof tracker>;
export type TrackingDetail = z.output<typeof trackingDetail>;
export type Location = z.output<typeof location>;
