import { looseCode, looseList, looseNumber, looseObject, looseText, z } from '../../sdk.ts';

/** Real parcels have some dozens of events. */
export const EVENTS_MAX = 500;
/** A call has at most 40 numbers, each of which may be registered for several carriers. */
export const ITEMS_MAX = 200;
const PROVIDERS_MAX = 10;

/** Streets are not read. */
const address = looseObject({
  country: looseCode,
  state: looseText,
  city: looseText,
  postal_code: looseCode,
});

const event = z.object({
  time_iso: looseCode,
  time_raw: looseObject({ date: looseCode, time: looseCode, timezone: looseCode }),
  description: looseText,
  location: looseText,
  stage: looseCode,
  sub_status: looseCode,
  address,
});

const trackInfo = looseObject({
  shipping_info: looseObject({ shipper_address: address, recipient_address: address }),
  latest_status: looseObject({ status: looseCode, sub_status: looseCode }),
  latest_event: event.optional().catch(undefined),
  time_metrics: looseObject({
    estimated_delivery_date: looseObject({ from: looseCode, to: looseCode }),
  }),
  misc_info: looseObject({ service_type: looseText, weight_kg: looseNumber, pieces: looseNumber }),
  tracking: looseObject({
    /** The carriers of the first and of the last mile. */
    providers: looseList(z.object({ events: looseList(event, EVENTS_MAX) }), PROVIDERS_MAX),
  }),
});

/** `carrier` is absent or 0 while the carrier is not detected. */
const item = z.object({ number: looseCode, carrier: looseCode, track_info: trackInfo });

const failure = z.object({ code: looseNumber });

const rejected = z.object({ number: looseCode, error: failure.optional().catch(undefined) });

/** Every answer of the API, and with `data` as one item a push. */
export const envelope = z.object({
  event: looseCode,
  code: looseNumber,
  data: looseObject({
    accepted: looseList(item, ITEMS_MAX),
    rejected: looseList(rejected, ITEMS_MAX),
    errors: looseList(failure, ITEMS_MAX),
    quota_used: looseNumber,
    quota_remain: looseNumber,
  }),
});

/** A push of `TRACKING_UPDATED` or `TRACKING_STOPPED`. */
export const push = z.object({ event: z.string(), data: item });

/** A batch whose items keep all their members. */
export const batch = z.object({
  data: z.object({ accepted: z.array(z.record(z.string(), z.unknown()).catch({})) }),
});

export type Envelope = z.output<typeof envelope>;
export type Item = z.output<typeof item>;
export type TrackInfo = NonNullable<z.output<typeof trackInfo>>;
export type WireEvent = z.output<typeof event>;
export type WireAddress = z.output<typeof address>;
