import { looseCode, looseList, looseObject, looseText, parseJsonOrNull, z } from '../../sdk.ts';

/** Real parcels have a few dozen events. */
export const EVENTS_MAX = 500;
const ERRORS_MAX = 20;

const event = z.object({
  /** In UTC. */
  occurred_at: looseCode,
  /** What the clocks at the place showed; a `Z` behind it means nothing. */
  carrier_occurred_at: looseCode,
  description: looseText,
  city_locality: looseText,
  state_province: looseCode,
  postal_code: looseCode,
  country_code: looseCode,
  status_code: looseCode,
  status_detail_code: looseCode,
  /** The carrier's own code. */
  event_code: looseCode,
});

const tracking = z.object({
  tracking_number: looseCode,
  carrier_code: looseCode,
  status_code: looseCode,
  status_detail_code: looseCode,
  estimated_delivery_date: looseCode,
  actual_delivery_date: looseCode,
  /** The carrier's own code of the event that set the status. */
  carrier_status_code: looseCode,
  events: looseList(event, EVENTS_MAX).optional(),
});

/** A parcel, a push about one, or errors. */
export const trackingDocument = tracking.extend({
  resource_type: looseCode,
  resource_url: looseText,
  data: looseObject(tracking.shape),
  errors: looseList(z.object({ error_code: looseCode }), ERRORS_MAX).optional(),
});

export type WireEvent = z.output<typeof event>;
export type Tracking = z.output<typeof tracking>;

/** The code of the first error in an answer, such as `invalid_field_value`; undefined: none. */
export function codeOfError(text: string): string | undefined {
  const read = trackingDocument.safeParse(parseJsonOrNull(text)?.value);
  const code = read.data?.errors?.[0]?.error_code;
  return code !== undefined && /^[a-z_]{1,60}$/.test(code) ? code : undefined;
}
