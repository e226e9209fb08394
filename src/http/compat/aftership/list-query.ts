import { z } from 'zod';
import { STATUSES, type Status } from '../../../kernel/status.ts';
import { givenInstant } from '../../../kernel/time/time-kinds.ts';
import { optional, optionalPaging } from '../optional.ts';
import { aftershipWords, TAGS, type Tag, tagMembers } from './subtags.ts';
import type { Tracking } from './tracking.ts';

/** AfterShip's limits. */
const LIMIT = 100;
const LIMIT_MAX = 200;
const NUMBERS_MAX = 50;
/** A list of fifty numbers, each with room for separators. */
const LIST_CHARS_MAX = 4_000;

/** Several values with commas between them; repeated ones count once. */
const commaList = z
  .string()
  .max(LIST_CHARS_MAX)
  .transform((text) => [...new Set(text.split(',').flatMap((part) => part.trim() || []))]);

export const trackingFilter = z.object({
  ...optionalPaging({ limit: LIMIT, limitMax: LIMIT_MAX }),
  keyword: optional(z.string().max(LIST_CHARS_MAX)),
  tracking_numbers: optional(commaList.pipe(z.array(z.string()).max(NUMBERS_MAX))),
  slug: optional(commaList),
  transit_time: optional(
    z
      .string()
      .regex(/^\d{1,4}$/)
      .transform(Number),
  ),
  origin: optional(commaList),
  destination: optional(commaList),
  courier_destination_country_region: optional(commaList),
  tag: optional(commaList.pipe(z.array(z.enum(TAGS)))),
  created_at_min: optional(givenInstant),
  created_at_max: optional(givenInstant),
  updated_at_min: optional(givenInstant),
  updated_at_max: optional(givenInstant),
  return_to_sender: optional(z.enum(['true', 'false'])),
  shipment_tags: optional(commaList),
  order_id: optional(z.string().max(LIST_CHARS_MAX)),
  fields: optional(commaList),
});

export type TrackingFilter = z.output<typeof trackingFilter>;

export const fieldsQuery = z.object({ fields: optional(commaList) });

/**
 * Returns the statuses of which a parcel with one of these tags has one; null: any. `Pending` and
 * `Expired` do not follow from a status.
 */
export function statusesFor(tags: readonly Tag[] | undefined): readonly Status[] | null {
  if (tags === undefined || tags.includes('Expired')) return null;
  const { wordsFor } = aftershipWords();
  return STATUSES.filter((status) => {
    const { tag } = tagMembers(wordsFor({ status, reason: null, milestone: null }));
    return tags.includes(tag) || (status === 'created' && tags.includes('Pending'));
  });
}

/** Whether a tracking fits the parts of a filter for which no index exists. Pure. */
export function fitsFilter(tracking: Tracking, query: TrackingFilter): boolean {
  const among = <Value>(wanted: readonly Value[] | undefined, value: Value | null) =>
    wanted === undefined || (value !== null && wanted.includes(value));
  const { transit_time: days, return_to_sender: isReturn, shipment_tags: tags } = query;
  return (
    among(query.tag, tracking.tag) &&
    among(query.origin, tracking.origin_country_region) &&
    among(query.destination, tracking.destination_country_region) &&
    (days === undefined || tracking.transit_time === days) &&
    (isReturn === undefined || String(tracking.return_to_sender) === isReturn) &&
    (tags === undefined || tags.some((tag) => tracking.shipment_tags.includes(tag))) &&
    isUntil(tracking.updated_at, query.updated_at_max)
  );
}

function isUntil(instant: string, last: string | undefined): boolean {
  return last === undefined || Date.parse(instant) <= Date.parse(last);
}

/** The members that a request wants; all if it names none. */
export function onlyFields(
  tracking: Tracking,
  fields: readonly string[] | undefined,
): Partial<Tracking> {
  if (fields === undefined || fields.length === 0) return tracking;
  const wanted = new Set(['id', ...fields]);
  return Object.fromEntries(
    Object.entries(tracking).filter(([member]) => wanted.has(member)),
  ) as Partial<Tracking>;
}
