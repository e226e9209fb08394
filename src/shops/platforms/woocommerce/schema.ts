import { z } from 'zod';
import {
  looseCode,
  looseList,
  looseObject,
  looseText,
  looseWritten,
} from '../../../kernel/wire/loose.ts';
import { shopId, shopItem } from '../../order-parts.ts';

/** A plug-in's data beside an order or a fulfilment, with a value of any type. */
const meta = z.object({ id: z.number().optional(), key: z.string(), value: z.unknown() });
export type Meta = z.output<typeof meta>;

const META_MAX = 500;
const ITEMS_MAX = 500;

const person = looseObject({
  first_name: looseText,
  last_name: looseText,
  company: looseText,
  address_1: looseText,
  address_2: looseText,
  city: looseText,
  state: looseText,
  postcode: looseText,
  country: looseText,
  email: looseText,
  phone: looseText,
});

/** What is read of an order. */
export const wooOrder = z.object({
  id: shopId,
  number: looseCode,
  status: looseCode,
  date_created_gmt: looseCode,
  billing: person,
  shipping: person,
  /** Polylang's. */
  lang: looseCode,
  line_items: looseList(shopItem.extend({ meta_data: looseList(meta, META_MAX) }), ITEMS_MAX),
  meta_data: looseList(meta, META_MAX),
});
export type WooOrder = z.output<typeof wooOrder>;

/** An entry of a plug-in's list of parcels or labels; the table is in `plugin-parcels.ts`. */
export const trackingItem = z.object({
  tracking_number: looseWritten,
  tracking_provider: looseCode,
  custom_tracking_provider: looseCode,
  tracking: looseWritten,
  tracking_code: looseWritten,
  carrier_name: looseCode,
  carrier_slug: looseCode,
  carrier_id: looseCode,
  carrier: looseCode,
  slug: looseCode,
  /** Unix seconds, or a day; `time` is Orders Tracking's. */
  date_shipped: looseCode,
  time: looseCode,
  error: z.unknown().optional(),
  refund: z.unknown().optional(),
});

/** A fulfilment of WooCommerce's own; its data are in `meta_data`. */
export const wooFulfillment = z.object({ id: shopId, meta_data: looseList(meta, META_MAX) });
export type WooFulfillment = z.output<typeof wooFulfillment>;

export const wooWebhook = z.object({
  id: shopId,
  topic: looseCode,
  delivery_url: z.string().catch(''),
  status: looseCode,
});

export const wooNote = z.object({ note: z.string().catch('') });

/** What the shop sends once a person has allowed the connection. */
export const wooKeys = z.object({
  user_id: z.string().max(200),
  consumer_key: z.string().min(1).max(200),
  consumer_secret: z.string().min(1).max(200),
});
