import { z } from 'zod';
import { givenInstant, instant } from '../../../kernel/time/time-kinds.ts';
import { courierId } from '../couriers/schema.ts';

const TRAIL_FORMATS = ['geojson', 'gpx'] as const;

export const trailQuery = z.strictObject({
  from: givenInstant.optional().meta({ description: 'Left out: 24 hours before `to`.' }),
  to: givenInstant.optional().meta({ description: 'Left out: now.' }),
  format: z.enum(TRAIL_FORMATS).optional().meta({ description: 'Left out: geojson.' }),
});

const coordinates = z.array(z.number()).length(2).meta({ description: 'Longitude and latitude.' });

export const trailFeature = z
  .strictObject({
    type: z.literal('Feature'),
    geometry: z
      .union([
        z.strictObject({ type: z.literal('LineString'), coordinates: z.array(coordinates) }),
        z.strictObject({ type: z.literal('Point'), coordinates }),
      ])
      .nullable()
      .meta({ description: 'A point where there is only one; null where there is none.' }),
    properties: z.strictObject({
      courier_id: courierId,
      from: instant,
      to: instant,
      times: z.array(instant).meta({ description: 'Of each of the coordinates.' }),
      complete: z.boolean().meta({
        description: 'False: there was more than is sent at once, and the trail ends early.',
      }),
      doubted: z
        .array(
          z.strictObject({
            at: instant,
            lat: z.number(),
            lng: z.number(),
            why: z.enum(['inaccurate', 'jump']),
          }),
        )
        .meta({ description: 'What the device reported besides, and nobody was shown.' }),
    }),
  })
  .meta({ id: 'CourierTrail', description: 'A GeoJSON feature (RFC 7946).' });
