import { z } from 'zod';
import {
  PICKUP_POINT_KINDS,
  PICKUP_SERVICES,
  REDIRECT_KINDS,
  RETURN_REASONS,
  WEEKDAYS,
} from '../../../adapters/contract/extras.ts';
import {
  POINTS_DEFAULT,
  POINTS_MAX,
  RADIUS_M_DEFAULT,
  RADIUS_M_MAX,
} from '../../../adapters/contract/places.ts';
import { isCountryCode } from '../../../kernel/places/country-codes.ts';
import { clockTime, givenDate, instant, localDate } from '../../../kernel/time/time-kinds.ts';
import { count } from '../../kit/schemas/count.ts';
import { text } from '../../kit/schemas/text.ts';
import { ENVIRONMENTS } from '../carrier-accounts/schema.ts';

const textOrNull = z.string().nullable();

// ---------------------------------------------------------------- pickup points

const country = z
  .string()
  .regex(/^[A-Za-z]{2}$/, 'Send the two letters of ISO 3166-1, such as DE.')
  .transform((code) => code.toUpperCase())
  .refine(
    isCountryCode,
    'There is no such country: send the two letters of ISO 3166-1, such as DE.',
  );

/** Rounded to some ten metres, so that shoppers of one street ask the same question. */
const DEGREES_PRECISION = 10_000;

function degrees(max: number) {
  const wanted = `Send degrees from -${max} to ${max}, such as 52.52.`;
  return z
    .string()
    .regex(/^-?\d{1,3}(?:\.\d{1,12})?$/, wanted)
    .transform((value) => Math.round(Number(value) * DEGREES_PRECISION) / DEGREES_PRECISION)
    .refine((value) => Math.abs(value) <= max, wanted)
    .optional()
    .meta({ override: { type: 'number', pattern: undefined, minimum: -max, maximum: max } });
}

export const pickupPointQuery = z
  .strictObject({
    country: country.meta({ example: 'DE' }),
    postal_code: z
      .string()
      .trim()
      .regex(
        /^[0-9A-Za-z](?:[0-9A-Za-z -]{0,8}[0-9A-Za-z])?$/,
        'Send a postal code of at most 10 letters, digits, blanks and dashes.',
      )
      .meta({ example: '10115' }),
    city: z
      .string()
      .trim()
      .regex(/^[\p{L}\p{M}][\p{L}\p{M}0-9 .,'’/()-]{0,79}$/u, 'Send the name of a city.')
      .optional()
      .meta({ override: { type: 'string', pattern: undefined, maxLength: 80 } }),
    lat: degrees(90),
    lng: degrees(180).meta({ description: 'With `lat`: points around there.' }),
    radius_m: count(100, RADIUS_M_MAX, RADIUS_M_DEFAULT),
    limit: count(1, POINTS_MAX, POINTS_DEFAULT),
    kinds: z
      .string()
      .regex(/^[a-z_]+(?:,[a-z_]+){0,7}$/, `Send some of ${PICKUP_POINT_KINDS.join(', ')}.`)
      .transform((value) => [...new Set(value.split(','))])
      .pipe(z.array(z.enum(PICKUP_POINT_KINDS)))
      .optional()
      .meta({
        description: `Some of ${PICKUP_POINT_KINDS.join(', ')}, with commas between. Left out: those that the carrier answers with one call.`,
        override: { type: 'string', example: 'shop,locker', items: undefined },
      }),
  })
  .refine(({ lat, lng }) => (lat === undefined) === (lng === undefined), {
    error: 'Send both lat and lng, or neither.',
    path: ['lng'],
  });

const pickupPoint = z
  .strictObject({
    id: z.string().meta({ description: "The carrier's own." }),
    kind: z.enum(PICKUP_POINT_KINDS),
    name: z.string(),
    address: z.strictObject({
      street: textOrNull,
      city: textOrNull,
      region: textOrNull,
      postal_code: textOrNull,
      country: z.string(),
    }),
    lat: z.number().nullable(),
    lng: z.number().nullable(),
    distance_m: z.int().nullable().meta({ description: 'As the crow flies.' }),
    hours: z
      .array(z.strictObject({ weekday: z.enum(WEEKDAYS), opens: clockTime, closes: clockTime }))
      .nullable()
      .meta({
        description:
          'By the clock on its wall, in an ordinary week; null: not known. `24:00` is the end of the day; what closes no later than it opens closes on the next day.',
      }),
    services: z.array(z.enum(PICKUP_SERVICES)),
    capacity: z
      .enum(['available', 'low', 'full'])
      .nullable()
      .meta({ description: 'Whether another parcel would fit, where the carrier hints at it.' }),
    temporarily_closed: z.boolean(),
    weight_max_g: z.int().nullable(),
  })
  .meta({ id: 'PickupPoint' });

export const pickupPointList = z
  .strictObject({
    data: z.array(pickupPoint).meta({ description: 'The nearest first; perhaps none.' }),
    next_cursor: z.null(),
    note: textOrNull.meta({ description: 'Why there are none.' }),
    environment: z
      .enum(ENVIRONMENTS)
      .meta({ description: "Which of the carrier's systems was asked." }),
    as_of: instant.meta({ description: 'Answers are kept for an hour.' }),
  })
  .meta({ id: 'PickupPointList' });

// ---------------------------------------------------------------- redirects

const redirectKind = z.enum(REDIRECT_KINDS);

export const redirectOptions = z
  .strictObject({
    id: z.uuid(),
    carrier: z.string(),
    data: z
      .array(
        z.strictObject({
          kind: redirectKind,
          eligibility: z.enum(['eligible', 'not_eligible', 'unknown']).meta({
            description: 'unknown: the carrier says so only when it is asked to do it.',
          }),
          dates: z.array(localDate).nullable().meta({ description: 'Days to choose from.' }),
          reasons: z.array(z.enum(RETURN_REASONS)).nullable(),
          charge: z
            .strictObject({ amount: z.string(), currency: z.string() })
            .nullable()
            .meta({ description: 'null: the carrier does not say before; it may charge you.' }),
          needs_contact: z.boolean(),
          takes_instructions: z
            .boolean()
            .meta({ description: 'Whether `instructions` of the request reach the driver.' }),
        }),
      )
      .meta({ description: 'What the carrier offers at all, by kind; perhaps nothing.' }),
    note: textOrNull.meta({ description: 'Why there is nothing.' }),
    environment: z.enum(ENVIRONMENTS),
  })
  .meta({ id: 'RedirectOptions' });

const target = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({
      kind: z.literal('pickup_point'),
      point_id: z
        .string()
        .regex(/^[0-9A-Za-z][0-9A-Za-z._:-]{0,63}$/, 'Send the id of a pickup point.'),
    }),
    z.strictObject({ kind: z.literal('hold_at_facility') }),
    z.strictObject({
      kind: z.literal('address'),
      address: z.strictObject({
        name: text(100),
        lines: z.array(text(100)).min(1).max(4),
        city: text(100),
        region: text(100).nullish(),
        postal_code: text(16),
        country,
      }),
    }),
    z.strictObject({ kind: z.literal('reschedule'), date: givenDate }),
    z.strictObject({
      kind: z.literal('return'),
      reason: z.enum(RETURN_REASONS).default('other'),
    }),
  ],
  { error: `Send kind as one of ${REDIRECT_KINDS.join(', ')}.` },
);

export const redirect = z
  .strictObject({
    to: target,
    contact: z
      .strictObject({ name: text(100), phone: text(32), email: text(254).nullish() })
      .nullish()
      .meta({
        description: 'Whom the carrier may ask; some want one. It goes to the carrier only.',
      }),
    replace: z.boolean().default(false).meta({
      description:
        'Ask although the carrier took another redirect of this parcel within a day. What then counts is up to the carrier.',
    }),
    instructions: text(500).nullish().meta({ description: 'For the driver.' }),
  })
  .meta({ id: 'Redirect' });

export const redirected = z
  .strictObject({
    id: z.uuid(),
    outcome: z.literal('accepted'),
    kind: redirectKind,
    reference: textOrNull.meta({ description: "The carrier's own, to ask it about." }),
    environment: z.enum(ENVIRONMENTS),
  })
  .meta({ id: 'Redirected' });
