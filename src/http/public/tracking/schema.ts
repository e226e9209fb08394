import { z } from 'zod';
import { earlierEstimate, estimatedDelivery, statusView } from '../../../events/shipment-view.ts';
import {
  instantOrNull,
  localDate,
  localTimeOrNull,
  timeZoneOrNull,
} from '../../../kernel/time/time-kinds.ts';
import { readStatus } from '../../api/shipments/output-schema.ts';

const textOrNull = z.string().nullable();
const event = z
  .strictObject({
    occurred_at: instantOrNull,
    occurred_local: localTimeOrNull,
    time_zone: timeZoneOrNull,
    status: readStatus,
    sub_status: textOrNull,
    milestone: textOrNull,
    description: z.string().describe("Our own text, never the carrier's."),
    location: textOrNull,
    via: z
      .string()
      .optional()
      .describe('The bridge that reported it; absent if the carrier itself did.'),
  })
  .meta({ id: 'PublicEvent' });

export const publicTrack = z
  .strictObject({
    tracking_number: z.string(),
    carrier: z.string(),
    status: statusView,
    sub_status: textOrNull,
    status_text: z.string(),
    confirmed: z.boolean(),
    estimated_delivery: estimatedDelivery.nullable(),
    previous_estimate: earlierEstimate
      .optional()
      .describe(
        'The estimate before the day moved, or before it passed without a new one; absent if neither happened.',
      ),
    moved: z
      .strictObject({
        code: z.string(),
        reason: z.string().optional(),
        date: localDate.optional(),
      })
      .optional()
      .describe('Why the day moved. The codes are in docs/predictions.md.'),
    pickup_point: z
      .strictObject({
        name: textOrNull.describe('Null if the carrier does not name the building.'),
        location: textOrNull,
      })
      .optional()
      .describe('The pickup point where it waits; absent otherwise.'),
    events: z.array(event).describe('Newest first.'),
  })
  .meta({ id: 'PublicTrack' });

export const choices = z
  .strictObject({
    choices: z.array(z.strictObject({ carrier: z.string(), url: z.string() })),
  })
  .meta({ id: 'Choices' });

export const merchantNeeded = z
  .strictObject({
    order_id: z.string(),
    needed: z
      .literal('merchant')
      .describe('The query parameter to use; `postal_code` also helps if it fits only one shop.'),
    detail: z.string(),
  })
  .meta({ id: 'MerchantNeeded' });

const orderParcels = z
  .strictObject({
    order_id: z.string(),
    merchant: z.string(),
    parcels: z.array(publicTrack),
  })
  .meta({ id: 'OrderParcels' });

export const foundParcels = z
  .union([orderParcels, z.strictObject({ parcels: z.array(publicTrack) })])
  .meta({ id: 'FoundParcels' });

export const orderQuery = z.object({
  order: z.string().optional().describe('The order id.'),
  merchant: z
    .string()
    .optional()
    .describe(
      "The shop's slug or public name, needed if several shops have such an order. The hub lists none.",
    ),
  postal_code: z.string().optional().describe('Required if the shop asks for it.'),
  number: z
    .string()
    .optional()
    .describe(
      'A tracking number, as people paste it: with words around it, or a URL; redirects to its page.',
    ),
  lang: z.string().optional().describe("The page's language."),
});

/** One event of a stream, as server-sent events name its fields. */
export const liveEvent = z
  .object({
    id: z.string().optional().describe('The version, for `Last-Event-ID`.'),
    event: z.enum(['status', 'edd', 'position', 'gone']).optional(),
    data: z
      .string()
      .optional()
      .describe(
        'JSON. Of `position`: a `ShipmentLocation`, or null if nothing is to be seen any more; only for parcels of own couriers, with the token of a personal link.',
      ),
    retry: z.union([z.int(), z.string()]).optional().describe('Milliseconds.'),
  })
  .meta({ id: 'LiveEvent' });

export const liveQuery = z.object({
  t: z
    .string()
    .optional()
    .describe('The token of a personal link: then the stream also tells where the courier is.'),
});
