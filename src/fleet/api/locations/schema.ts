import { z } from 'zod';
import { instant } from '../../../kernel/time/time-kinds.ts';
import { VEHICLES } from '../../couriers/index.ts';
import { courierId } from '../couriers/schema.ts';

/** The schema of `LocationJson`. */
export const shipmentLocation = z
  .strictObject({
    tracking_number: z.string(),
    shipment_id: z.uuid().optional().meta({ description: 'For merchants.' }),
    courier: z.strictObject({
      id: courierId.optional().meta({ description: 'For merchants.' }),
      name: z.string().meta({ description: 'Recipients see the first name.' }),
      vehicle: z.enum(VEHICLES),
    }),
    lat: z.number(),
    lng: z.number(),
    precision: z.enum(['exact', 'coarse']).meta({
      description:
        '`coarse`: the middle of the field of 250 m by 250 m that the courier is in. Recipients see no more until their stop is among the next three.',
    }),
    accuracy_m: z.number().nullable().meta({ description: 'Null if unknown, or coarse.' }),
    heading: z.number().nullable().meta({
      description: 'Degrees clockwise from north; null if unknown, or coarse.',
    }),
    updated_at: instant.meta({ description: 'When the courier was there.' }),
    stops_before: z.int().nullable().meta({
      description:
        'Stops before this one. Null: the courier does not have the parcel yet. Recipients see up to ten.',
    }),
  })
  .meta({ id: 'ShipmentLocation' });

export const locationQuery = z.strictObject({
  t: z.string().max(200).optional().meta({
    description: 'The token of the recipient’s personal link, instead of a key.',
  }),
});
