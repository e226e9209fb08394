import { z } from 'zod';
import { estimateMembersOrNull } from '../../../events/estimate-view.ts';
import { givenDate, givenInstant, instant } from '../../../kernel/time/time-kinds.ts';
import { text } from '../../../kernel/wire/given-text.ts';
import { country } from '../../kit/schemas/country.ts';
import { place, reason } from '../edd/schema.ts';

export const SCORED_MAX = 1_000;

/**
 * Statuses a scan in transit may have; for delivered or returning parcels there is nothing to
 * predict.
 */
const SCAN_STATUSES = [
  ...(['picked_up', 'in_transit', 'at_facility', 'out_for_delivery'] as const),
  ...(['available_for_pickup', 'delivery_attempted', 'exception'] as const),
];

const scoredPlace = place
  .extend({
    lat: z.number().min(-90).max(90).nullish(),
    lng: z.number().min(-180).max(180).nullish(),
  })
  .meta({ id: 'ScoredPlace' });

const SCANS_MAX = 40;

const scan = z
  .strictObject({
    status: z.enum(SCAN_STATUSES),
    at: givenInstant,
    country: country.nullish(),
    facility: text(60).nullish().meta({ description: 'The building, otherwise the city.' }),
  })
  .meta({ id: 'ScoredScan' });

const parcel = z
  .strictObject({
    shipment_id: text(64).meta({ description: 'Returned as sent. It need not be a real number.' }),
    carrier: text(64),
    service_level: text(64).nullish(),
    sender_id: text(64).nullish(),
    origin: scoredPlace,
    destination: scoredPlace,
    weight_g: z.int().min(0).max(10_000_000).nullish(),
    label_at: givenInstant.nullish(),
    handed_over_at: givenInstant.meta({
      description: 'When the carrier receives it or received it.',
    }),
    promised_date: givenDate.nullish(),
    scans: z.array(scan).max(SCANS_MAX).optional().meta({
      description: 'Scans after the hand-over. Earlier or future ones are ignored.',
    }),
  })
  .meta({ id: 'ScoredParcel' });

export const scoreRequest = z
  .strictObject({ parcels: z.array(parcel).min(1).max(SCORED_MAX) })
  .meta({ id: 'ScoreRequest' });

export const scores = z
  .strictObject({
    data: z
      .array(
        z.strictObject({
          shipment_id: z.string(),
          ...estimateMembersOrNull,
          source: z.enum(['model', 'carrier', 'rule', 'none']),
          confidence: z.number().min(0).max(1),
          late: z.boolean(),
          reasons: z.array(reason),
        }),
      )
      .meta({ description: 'In the order of the request.' }),
    model_version: z.int().nullable().meta({ description: 'Null if there is no model yet.' }),
    as_of: instant,
  })
  .meta({ id: 'Scores' });
