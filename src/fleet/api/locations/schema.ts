import { z } from 'zod';
import { instant } from '../../../kernel/time/time-kinds.ts';
import { VEHICLES } from '../../couriers/index.ts';
import { courierId } from '../couriers/schema.ts';

/** The schema of `LocationJson`. */
export const shipmentLocation = z
  .strictObject({
    tracking_number: z.string(),
    shipment_id: z.uuid().optional().describe('For merchants.'),
    courier: z.strictObject({
      id: courierId.optional().describe('For merchants.'),
      name: z.string().describe('Recipients see the first name.'),
      vehicle: z.enum(VEHICLES),
    }),
    lat: z.number(),
    lng: z.number(),
    precision: z
      .enum(['exact', 'coarse'])
      .describe(
        '`coarse`: the middle of the field of 250 m by 250 m that the courier is in. Recipients see no more until their stop is among the next three.',
      ),
    accuracy_m: z.number().nullable().describe('Null if unknown, or coarse.'),
    heading: z
      .number()
      .nullable()
      .describe('Degrees clockwise from north; null if unknown, or coarse.'),
    updated_at: instant.describe('When the courier was there.'),
    is_old: z.boolean().describe('Older than `positions.old_minutes` of the courier settings.'),
    stops_before: z
      .int()
      .nullable()
      .describe(
        'Stops before this one. Null: the courier does not have the parcel yet. Recipients see up to ten.',
      ),
  })
  .meta({ id: 'ShipmentLocation' });

export const locationQuery = z.strictObject({
  t: z
    .string()
    .max(200)
    .optional()
    .describe('The token of the recipient’s personal link, instead of a key.'),
});
