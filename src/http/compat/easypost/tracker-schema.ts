import { z } from 'zod';
import { PASTED_CHARS_MAX } from '../../../kernel/numbers/check-digit.ts';
import { givenInstant } from '../../../kernel/time/time-kinds.ts';
import { text } from '../../../kernel/wire/explain-issues.ts';
import { optional } from '../optional.ts';

/**
 * What EasyPost's clients send about trackers. Members that are not listed are ignored, as EasyPost
 * does; docs/compat/easypost.md names those that its documentation has.
 */

const trackingCode = text(PASTED_CHARS_MAX);
const carrier = text(64);

export const newTracker = z.object({
  tracker: z.object({ tracking_code: trackingCode, carrier: optional(carrier.nullable()) }),
});

/** Each code is looked up with every carrier. */
const CODES_MAX = 100;

export const trackerBatch = z.object({
  tracking_codes: z.array(trackingCode).min(1).max(CODES_MAX),
});

/** EasyPost's page sizes. */
const PAGE_SIZE = 20;
const PAGE_SIZE_MAX = 100;

/** An instant, or a day in UTC. */
const sentInstant = z
  .string()
  .transform((value) => (/^\d{4}-\d{2}-\d{2}$/.test(value) ? `${value}T00:00:00Z` : value))
  .pipe(givenInstant);

export const trackerFilter = z.object({
  before_id: optional(text(64)),
  after_id: optional(text(64)),
  start_datetime: optional(sentInstant),
  end_datetime: optional(sentInstant),
  page_size: optional(z.coerce.number().int().min(1)).transform((size = PAGE_SIZE) =>
    Math.min(size, PAGE_SIZE_MAX),
  ),
  tracking_code: optional(trackingCode),
  carrier: optional(carrier),
});

export type TrackerFilter = z.output<typeof trackerFilter>;
