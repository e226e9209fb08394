import { z } from 'zod';
import {
  PICKUP_POINT_KINDS,
  PICKUP_SERVICES,
  type PickupPoint,
  WEEKDAYS,
} from '../../../adapters/contract/extras.ts';
import {
  POINTS_DEFAULT,
  POINTS_MAX,
  RADIUS_M_DEFAULT,
  RADIUS_M_MAX,
} from '../../../adapters/contract/places.ts';
import type { Registry } from '../../../adapters/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import { clockTime, instant } from '../../../kernel/time/time-kinds.ts';
import { issueText } from '../../../kernel/wire/explain-issues.ts';
import type { Clock } from '../../../platform/clock.ts';
import { errorText } from '../../../platform/messages/error-text.ts';
import type { CarrierExtras } from '../../../poller/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { resource } from '../../kit/resource.ts';
import { count, country } from '../../kit/schemas.ts';
import { environment } from '../carrier-accounts/schema.ts';
import {
  ASKING_ERRORS,
  answerOrThrow,
  failureProblem,
  requireExtras,
  sentence,
} from '../carriers/ask-carrier.ts';

const textOrNull = z.string().nullable();

/** Rounded to about ten metres, so that shoppers in one street send the same query. */
const DEGREES_PRECISION = 10_000;

function degrees(max: number) {
  const wanted = issueText({ 'shipments.useCoordinateInRange': { max } });
  return z
    .string()
    .regex(/^-?\d{1,3}(?:\.\d{1,12})?$/, wanted)
    .transform((value) => Math.round(Number(value) * DEGREES_PRECISION) / DEGREES_PRECISION)
    .refine((value) => Math.abs(value) <= max, wanted)
    .optional()
    .meta({ override: { type: 'number', pattern: undefined, minimum: -max, maximum: max } });
}

const pickupPointQuery = z
  .strictObject({
    country: country.meta({ example: 'DE' }),
    postal_code: z
      .string()
      .trim()
      .regex(
        /^[0-9A-Za-z](?:[0-9A-Za-z -]{0,8}[0-9A-Za-z])?$/,
        issueText('shipments.usePostalCode'),
      )
      .meta({ example: '10115' }),
    city: z
      .string()
      .trim()
      .regex(/^[\p{L}\p{M}][\p{L}\p{M}0-9 .,'’/()-]{0,79}$/u, issueText('shipments.useCityName'))
      .optional()
      .meta({ override: { type: 'string', pattern: undefined, maxLength: 80 } }),
    lat: degrees(90),
    lng: degrees(180).describe('With `lat`: points near that position.'),
    radius_m: count(100, RADIUS_M_MAX, RADIUS_M_DEFAULT),
    limit: count(1, POINTS_MAX, POINTS_DEFAULT),
    kinds: z
      .string()
      .regex(
        /^[a-z_]+(?:,[a-z_]+){0,7}$/,
        issueText({
          'shipments.usePickupPointKinds': { pickupPointKinds: PICKUP_POINT_KINDS.join(', ') },
        }),
      )
      .transform((value) => [...new Set(value.split(','))])
      .pipe(z.array(z.enum(PICKUP_POINT_KINDS)))
      .optional()
      .meta({
        description: `Any of ${PICKUP_POINT_KINDS.join(', ')}, separated by commas. Default: whatever the carrier returns in one call.`,
        override: { type: 'string', example: 'shop,locker', items: undefined },
      }),
  })
  .refine(({ lat, lng }) => (lat === undefined) === (lng === undefined), {
    error: issueText('facilities.sendBothLatLng'),
    path: ['lng'],
  });

const pickupPoint = z
  .strictObject({
    id: z.string().describe("The carrier's own reference."),
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
    distance_m: z.int().nullable().describe('As the crow flies.'),
    hours: z
      .array(z.strictObject({ weekday: z.enum(WEEKDAYS), opens: clockTime, closes: clockTime }))
      .nullable()
      .describe(
        'Local time, in an ordinary week. Null: unknown. `24:00` is the end of the day; a closing time not later than the opening time is on the next day.',
      ),
    services: z.array(z.enum(PICKUP_SERVICES)),
    capacity: z
      .enum(['available', 'low', 'full'])
      .nullable()
      .describe('Whether there is room for another parcel, if the carrier indicates it.'),
    temporarily_closed: z.boolean(),
    weight_max_g: z.int().nullable(),
  })
  .meta({ id: 'PickupPoint' });

export const pickupPointList = z
  .strictObject({
    data: z.array(pickupPoint).describe('Nearest first; possibly none.'),
    next_cursor: z.null(),
    note: textOrNull.describe('Why there are none.'),
    environment: environment.describe('The carrier system that answered.'),
    as_of: instant.describe('Answers are cached for an hour.'),
  })
  .meta({ id: 'PickupPointList' });

interface PickupPointRoutesDeps {
  readonly registry: Registry;
  /** Null when this hub polls no carriers. */
  readonly extras: CarrierExtras | null;
  readonly clock: Clock;
}

/** Pickup points near a place. */
export const pickupPoints = resource(
  { noun: 'carrier', tag: 'Carriers' },
  {
    list: {
      id: 'listPickupPoints',
      method: 'GET',
      path: '/carriers/:carrier/pickup-points',
      summary: 'List pickup points near a place',
      description:
        'Asks the carrier with your own account in charge. Carriers with the capability `pickup_points` have it. People may use a quarter of an account’s calls for such questions; the same question within an hour costs none.',
      scope: 'shipments:read',
      params: { carrier: 'The carrier, as `GET /carriers` names it.' },
      query: pickupPointQuery,
      answers: { 200: { description: 'The nearest first.', schema: pickupPointList } },
      errors: ASKING_ERRORS,
    },
  },
  ({ registry, extras, clock }: PickupPointRoutesDeps) => ({
    list: async ({ tenant, param, query }) => {
      const adapter = registry.get(param('carrier'));
      if (adapter === undefined) {
        throw new Problem('not_found', 'shipments.unknownCarrierName');
      }
      const { name, displayName } = adapter.manifest;
      const found = await requireExtras(extras).pickupPoints(tenant, name, toSearch(query));
      const { value, environment } = answerOrThrow(found, displayName, 'pickup_points');
      if (value.outcome !== 'points' && value.outcome !== 'none')
        throw failureProblem(value, displayName);
      const points = value.outcome === 'points' ? value.points : [];
      return {
        status: 200,
        body: {
          data: points.map(pointJson),
          next_cursor: null,
          note: value.outcome === 'none' ? errorText(sentence(value.reason)) : null,
          environment,
          as_of: iso(found.asOfMs ?? clock.nowMs()),
        },
      };
    },
  }),
);

function toSearch(query: z.output<typeof pickupPointQuery>) {
  const { country, postal_code: postalCode, city, lat, lng, radius_m, limit, kinds } = query;
  return {
    country,
    postalCode,
    radiusM: radius_m,
    limit,
    ...(city === undefined ? {} : { city }),
    ...(lat === undefined || lng === undefined ? {} : { lat, lng }),
    ...(kinds === undefined ? {} : { kinds }),
  };
}

function pointJson({ address, ...point }: PickupPoint) {
  const { postalCode, ...place } = address;
  return {
    id: point.id,
    kind: point.kind,
    name: point.name,
    address: { ...place, postal_code: postalCode },
    lat: point.lat,
    lng: point.lng,
    distance_m: point.distanceM,
    hours: point.hours,
    services: point.services,
    capacity: point.capacity,
    temporarily_closed: point.temporarilyClosed,
    weight_max_g: point.weightMaxG,
  };
}
