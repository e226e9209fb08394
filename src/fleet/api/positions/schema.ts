import { z } from 'zod';
import { instant } from '../../../kernel/time/time-kinds.ts';
import { courierPositionSchema, POSITIONS_MAX, positionSchema } from '../../positions/index.ts';
import { courierId, phoneLocation } from '../couriers/schema.ts';

/**
 * Positions are checked one by one, so that an invalid one is rejected without affecting the
 * others.
 */
function batchOf(item: z.ZodType, id: string) {
  const { $schema: _, ...items } = z.toJSONSchema(item, { io: 'input' });
  return z
    .array(z.unknown())
    .min(1)
    .max(POSITIONS_MAX)
    .meta({ id, override: { type: 'array', minItems: 1, maxItems: POSITIONS_MAX, items } });
}

export const positionBatch = batchOf(positionSchema, 'PositionBatch');
export const courierPositionBatch = batchOf(courierPositionSchema, 'CourierPositionBatch');

const OUTCOMES = ['accepted', 'duplicate', 'rejected'] as const;

export const positionResults = z
  .strictObject({
    accepted: z.int(),
    duplicates: z.int(),
    rejected: z.int(),
    results: z.array(
      z.strictObject({
        index: z.int(),
        outcome: z
          .enum(OUTCOMES)
          .describe('`duplicate`: a position of this courier and time came before.'),
        not_shown: z
          .enum(['older', 'inaccurate', 'jump'])
          .optional()
          .describe(
            'Why an accepted position is kept in the trail only: it is not newer than the one that is shown, uncertain by more than 200 m, or would mean a speed of more than 200 km/h. Such a jump is believed after three positions in a row that agree, or if the position that is shown is older than 300 s.',
          ),
        error: z
          .strictObject({
            code: z.enum([
              'invalid',
              'in_future',
              'too_old',
              'off_shift',
              'no_such_courier',
              'too_many',
            ]),
            pointer: z.string(),
            reason: z.string(),
            fix: z.string(),
          })
          .optional()
          .describe('Of a rejected one.'),
      }),
    ),
  })
  .meta({ id: 'PositionResults' });

export const courierPosition = z
  .strictObject({
    courier_id: courierId,
    ts: instant.describe('When the device was there.'),
    lat: z.number(),
    lng: z.number(),
    accuracy_m: z.number().nullable(),
    speed_kmh: z.number().nullable(),
    heading: z.number().nullable().describe('Degrees clockwise from north.'),
    battery: z.number().nullable().describe('Percent.'),
    received_at: instant,
    is_old: z.boolean().describe('Older than `positions.old_minutes` of the courier settings.'),
    battery_low: z.boolean().describe('At or below 15 percent.'),
    location: phoneLocation
      .nullable()
      .describe(
        'What the phone said after that position: that its location is `off`, or `denied`. Null: nothing of the kind.',
      ),
  })
  .meta({ id: 'CourierPosition' });
