import { z } from 'zod';
import { listPage } from '../../../http/kit/paged.ts';
import {
  givenInstant,
  givenTimeZone,
  instant,
  instantOrNull,
  timeZoneOrNull,
} from '../../../kernel/time/time-kinds.ts';
import { issueText, text } from '../../../kernel/wire/explain-issues.ts';
import { COURIER_CHARS, PHONE_LOCATIONS, VEHICLES } from '../../couriers/index.ts';

export const phoneLocation = z.enum(PHONE_LOCATIONS).meta({ id: 'PhoneLocation' });

/** Limits of a courier's capacity: a basket holds 100 parcels, the largest van 10,000 and 10 t. */
const PARCELS_MAX = 10_000;
const WEIGHT_G_MAX = 10_000_000;

export const courierId = z
  .string()
  .regex(/^cou_[0-9a-f]{32}$/, issueText('positions.useListedCourierId'))
  .meta({ example: 'cou_0190b0a15e0b7c3e8f0b1d5a2c4e6f80' });

const vehicle = z.enum(VEHICLES);
/** Many systems say `bicycle`; it is stored and returned as `bike`. */
export const givenVehicle = z
  .enum([...VEHICLES, 'bicycle'])
  .transform((given) => (given === 'bicycle' ? 'bike' : given))
  .describe(`One of ${VEHICLES.join(', ')}; \`bicycle\` is stored as \`bike\`.`);
export const shift = z.enum(['on', 'off']);

const capacity = z.strictObject({
  parcels: z.int().min(1).max(PARCELS_MAX).nullish(),
  weight_g: z.int().min(1).max(WEIGHT_G_MAX).nullish().describe('Grams.'),
});

const members = {
  phone: text(32).nullish().describe('For you; no recipient is shown it.'),
  capacity: capacity.nullish(),
  external_id: text(COURIER_CHARS.externalId)
    .nullish()
    .describe('Your own number for this courier; unique among yours.'),
  time_zone: givenTimeZone.nullish().meta({ example: 'Europe/Berlin' }),
  home_facility: text(COURIER_CHARS.facility)
    .nullish()
    .meta({ description: 'The code of the building where the day begins.', example: 'HAM-1' }),
  shift: shift.optional().describe('Whether the courier works now; `off` at first.'),
  shift_ends_at: givenInstant
    .nullish()
    .describe('The shift ends by itself at this instant; absent or null: when somebody ends it.'),
};

export const paused = z
  .boolean()
  .describe('While on shift: whether the courier gets no offers for now, and keeps the route.');

export const newCourier = z
  .strictObject({ name: text(COURIER_CHARS.name), vehicle: givenVehicle, ...members })
  .meta({ id: 'NewCourier' });
export type NewCourierBody = z.output<typeof newCourier>;

export const courierChange = z
  .strictObject({
    name: text(COURIER_CHARS.name).optional(),
    vehicle: givenVehicle.optional(),
    ...members,
    paused: paused.optional(),
  })
  .refine((value) => Object.keys(value).length > 0, issueText('values.sendMemberToChange'))
  .meta({
    id: 'CourierChange',
    description: 'Absent members stay unchanged; null clears one.',
  });

/** The output format, for the merchant and the courier's own app. */
export const courier = z
  .strictObject({
    id: courierId,
    name: z.string(),
    phone: z.string().nullable(),
    vehicle,
    capacity: z.strictObject({ parcels: z.int().nullable(), weight_g: z.int().nullable() }),
    external_id: z.string().nullable(),
    time_zone: timeZoneOrNull,
    home_facility: z.string().nullable(),
    shift,
    shift_since: instantOrNull.describe('Since when it has been on or off.'),
    shift_ends_at: instantOrNull,
    paused: z.boolean(),
    holds: z.int().describe('How many parcels the courier has now.'),
    assigned: z.int().describe('How many are on the route, those held among them, and not done.'),
    device: z
      .strictObject({
        last_used_at: instantOrNull,
        location: phoneLocation
          .nullable()
          .describe(
            'Whether it can tell where it is: `off`: its location is switched off or cannot be found, `denied`: the courier does not allow it. Null: it never said.',
          ),
        battery: z.number().nullable().describe('Percent, as it said last.'),
      })
      .meta({ id: 'CourierPhone' })
      .nullable()
      .describe('The phone in use; null: none is enrolled.'),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'Courier' });

export const enrolment = z
  .strictObject({
    code: z
      .string()
      .meta({ description: 'Ten letters and digits; works once.', example: '7K3MQ-XN42D' }),
    url: z.string().meta({
      description:
        'What a QR code says: the app with the code in its fragment, which no server sees.',
      example: 'https://track.example.com/driver#enrol=7K3MQXN42D',
    }),
    expires_at: instant,
  })
  .meta({ id: 'CourierEnrolment' });

const device = z
  .strictObject({
    id: z.string().meta({ example: 'dev_0190b0a15e0b7c3e8f0b1d5a2c4e6f80' }),
    name: z.string().describe('As the phone called itself.'),
    state: z
      .enum(['active', 'replaced', 'revoked'])
      .describe('`replaced`: another device took over; `revoked`: somebody revoked it.'),
    enrolled_at: instant,
    last_used_at: instantOrNull,
    ended_at: instantOrNull,
    location: phoneLocation
      .nullable()
      .describe('Whether it can tell where it is, as it said last; null: it never did.'),
    clock_offset_ms: z
      .int()
      .nullable()
      .describe(
        'How far its clock was ahead according to the last Waybill-Sent-At; null: it was never sent.',
      ),
    queue_at: instantOrNull.describe('When it last sent events.'),
  })
  .meta({ id: 'CourierDevice' });

export const deviceList = listPage(device).meta({ id: 'CourierDeviceList' });
