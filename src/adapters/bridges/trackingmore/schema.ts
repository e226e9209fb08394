import { looseCode, looseList, looseNumber, looseObject, looseText, z } from '../../sdk.ts';

/** Real parcels have some dozens of events. */
export const EVENTS_MAX = 500;
/** A call has at most 40 numbers, each of which may be registered for several carriers. */
export const ITEMS_MAX = 200;

const checkpoint = z.object({
  checkpoint_date: looseCode,
  checkpoint_delivery_status: looseCode,
  checkpoint_delivery_substatus: looseCode,
  tracking_detail: looseText,
  location: looseText,
  country_iso2: looseCode,
  state: looseText,
  city: looseText,
  zip: looseCode,
  /** The carrier's own status. */
  raw_status: looseCode,
});

const leg = looseObject({ trackinfo: looseList(checkpoint, EVENTS_MAX) });

/** Names of customers, and who signed, are not read. */
const tracking = z.object({
  tracking_number: looseCode,
  courier_code: looseCode,
  delivery_status: looseCode,
  substatus: looseCode,
  latest_checkpoint_time: looseCode,
  scheduled_delivery_date: looseCode,
  origin_country: looseCode,
  destination_country: looseCode,
  product_type: looseText,
  weight_kg: looseNumber,
  pieces: looseNumber,
  origin_info: leg,
  destination_info: leg,
});

/** Every answer of the API, and with `data` as one tracking a push. */
export const envelope = z.object({
  meta: looseObject({ code: looseNumber }),
  data: z.unknown().optional(),
});

export const trackings = looseList(tracking, ITEMS_MAX);

/** An answer whose trackings keep all their members. */
export const batch = z.object({ data: z.array(z.record(z.string(), z.unknown()).catch({})) });

const created = z.object({ id: looseCode, tracking_number: looseCode, errorCode: looseNumber });

export const creation = z.object({
  data: z.object({
    success: looseList(created, ITEMS_MAX),
    error: looseList(created, ITEMS_MAX),
  }),
});

export type Tracking = z.output<typeof tracking>;
export type Checkpoint = z.output<typeof checkpoint>;
