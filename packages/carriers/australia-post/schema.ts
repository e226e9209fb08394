import { looseCode, looseList, looseObject, looseText, z } from 'waybill/adapter';

/** A call is about one number; the carrier answers at most ten. */
const RESULTS_MAX = 10;
const ITEMS_MAX = 100;
const EVENTS_MAX = 500;

const fault = z.object({ code: looseCode, error_code: looseCode });

const event = z.object({
  location: looseText,
  description: looseText,
  /** ISO 8601 with an offset. */
  date: looseCode,
});

const article = z.object({
  product_type: looseText,
  status: looseText,
  events: looseList(event, EVENTS_MAX).optional(),
});

const result = z.object({
  tracking_id: looseCode,
  status: looseText,
  errors: looseList(fault, RESULTS_MAX).optional(),
  trackable_items: looseList(
    article.extend({ items: looseList(article, ITEMS_MAX).optional() }),
    ITEMS_MAX,
  ).optional(),
  consignment: looseObject({ status: looseText }),
});

export const trackingAnswer = z.object({
  tracking_results: looseList(result, RESULTS_MAX).optional(),
  errors: looseList(fault, RESULTS_MAX).optional(),
});

export type WireResult = z.output<typeof result>;
export type WireArticle = z.output<typeof article>;
export type WireEvent = z.output<typeof event>;
