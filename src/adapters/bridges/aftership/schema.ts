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
export const CHECKPOINTS_MAX = 500;
/** How many trackings of an answer are read; a page has at most 200. */
export const TRACKINGS_MAX = 200;

const checkpoint = z.object({
  /** One of nine statuses. */
  tag: looseCode,
  /** A sub-status, which begins with the tag. */
  subtag: looseCode,
  /** The carrier's own code or words. */
  raw_tag: looseCode,
  message: looseText,
  /** ISO 8601: a day, or a time with or without an offset. */
  checkpoint_time: looseCode,
  /** `user`: the merchant's own, who marked the tracking as completed. */
  source: looseCode,
  city: looseText,
  state: looseText,
  postal_code: looseCode,
  /** ISO 3166-1 alpha-3. */
  country_region: looseCode,
});

const tracking = z.object({
  id: looseCode,
  tracking_number: looseCode,
  slug: looseCode,
  updated_at: looseCode,
  checkpoints: looseList(checkpoint, CHECKPOINTS_MAX),
  courier_estimated_delivery_date: looseObject({
    /** At the destination: a day, or a time with or without an offset. */
    estimated_delivery_date: looseCode,
  }),
  return_to_sender: looseBoolean,
  shipment_type: looseText,
  shipment_package_count: looseNumber,
  shipment_weight: looseObject({ unit: looseCode, value: looseNumber }),
  origin_city: looseText,
  origin_state: looseText,
  origin_postal_code: looseCode,
  origin_country_region: looseCode,
  destination_city: looseText,
  destination_state: looseText,
  destination_postal_code: looseCode,
  destination_country_region: looseCode,
  /** The part of the carrier that delivers, if it is another one. */
  last_mile: looseObject({ tracking_number: looseCode }),
});

/** The envelope of every answer; `data` is a tracking or a page of them. */
export const answerDocument = z.object({
  meta: looseObject({ code: looseNumber }),
  data: tracking
    .extend({ trackings: looseList(tracking, TRACKINGS_MAX).optional() })
    .optional()
    .catch(undefined),
});

export const webhookDocument = z.object({
  event: looseCode,
  msg: tracking.optional().catch(undefined),
});

export type Tracking = z.output<typeof tracking>;
export type Checkpoint = z.output<typeof checkpoint>;
