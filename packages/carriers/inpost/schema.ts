import { looseCode, looseList, looseText, z } from 'waybill/adapter';

/** Real parcels have a few dozen changes of status. */
export const DETAILS_MAX = 500;

const detail = z.object({
  status: looseCode,
  /** The depot; null in all answers that were seen. */
  agency: looseText,
  /** ISO 8601 with milliseconds and offset. */
  datetime: looseCode,
});

export const trackingAnswer = z.object({
  tracking_number: looseCode,
  service: looseText,
  /** The current status; of an error, the HTTP status. */
  status: looseCode,
  tracking_details: looseList(detail, DETAILS_MAX).optional(),
  updated_at: looseCode,
  /** `resource_not_found`, … */
  error: looseCode,
});

export type TrackingAnswer = z.output<typeof trackingAnswer>;
export type WireDetail = z.output<typeof detail>;
