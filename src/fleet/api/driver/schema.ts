import { z } from 'zod';
import { givenInstant } from '../../../kernel/time/time-kinds.ts';
import { text } from '../../../kernel/wire/explain-issues.ts';
import { courier, paused, phoneLocation } from '../couriers/schema.ts';

export const enrol = z
  .strictObject({
    code: text(32).meta({
      description: 'From the QR code or typed: case, blanks and dashes do not matter.',
      example: '7K3MQ-XN42D',
    }),
    device: z.strictObject({
      name: text(100).meta({ description: 'For the list of devices.', example: 'Pixel 6a' }),
      platform: text(100).optional().meta({ example: 'Android 14, Chrome 126' }),
    }),
  })
  .meta({ id: 'DriverEnrolment' });

export const enrolled = z
  .strictObject({
    device_key: z.string().meta({
      description: 'Send it as Authorization: Bearer wbd_…. Shown only this once.',
      example: 'wbd_…',
    }),
    device_id: z.string(),
    courier,
    took_over: z.boolean().describe('Another device of this courier was ended by it.'),
  })
  .meta({ id: 'DriverEnrolled' });

export const driverShift = z
  .strictObject({
    shift: z.enum(['on', 'off']),
    shift_ends_at: givenInstant.nullish(),
    paused: paused.optional(),
    at: givenInstant
      .optional()
      .describe(
        'When it was, if it is reported later, such as after a morning without network: positions since then are accepted. By the clock of the device, corrected with Waybill-Sent-At. Of a time in the future it is now, and of one that is older than a week, a week ago.',
      ),
  })
  .meta({ id: 'DriverShift' });

export const driverShiftAnswer = z.strictObject({ courier }).meta({ id: 'DriverShiftAnswer' });

export const driverPhone = z
  .strictObject({
    location: phoneLocation.describe(
      '`off`: it is switched off, or the phone finds no place; `denied`: the courier does not allow it.',
    ),
    battery: z.number().min(0).max(100).nullish().describe('Percent.'),
  })
  .meta({ id: 'DriverPhone' });
