import { z } from 'zod';
import { resource } from '../../../http/kit/resource.ts';
import { invalidMember } from '../../../http/kit/validation.ts';
import { givenInstant, instant } from '../../../kernel/time/time-kinds.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import type { Clock } from '../../../platform/clock.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { Couriers } from '../../couriers/index.ts';
import type { CourierTrail, Positions } from '../../positions/index.ts';
import { courierId } from '../couriers/schema.ts';

const TRAIL_FORMATS = ['geojson', 'gpx'] as const;

const trailQuery = z.strictObject({
  from: givenInstant.optional().describe('Left out: 24 hours before `to`.'),
  to: givenInstant.optional().describe('Left out: now.'),
  format: z.enum(TRAIL_FORMATS).optional().describe('Left out: geojson.'),
});

const coordinates = z.array(z.number()).length(2).describe('Longitude and latitude.');

const trailFeature = z
  .strictObject({
    type: z.literal('Feature'),
    geometry: z
      .union([
        z.strictObject({ type: z.literal('LineString'), coordinates: z.array(coordinates) }),
        z.strictObject({ type: z.literal('Point'), coordinates }),
      ])
      .nullable()
      .describe('A point where there is only one; null where there is none.'),
    properties: z.strictObject({
      courier_id: courierId,
      from: instant,
      to: instant,
      times: z.array(instant).describe('Of each of the coordinates.'),
      complete: z
        .boolean()
        .describe('False: there was more than is sent at once, and the trail ends early.'),
      doubted: z
        .array(
          z.strictObject({
            at: instant,
            lat: z.number(),
            lng: z.number(),
            why: z.enum(['inaccurate', 'jump']),
          }),
        )
        .describe('What the device reported besides, and nobody was shown.'),
    }),
  })
  .meta({ id: 'CourierTrail', description: 'A GeoJSON feature (RFC 7946).' });

interface TrailRouteDeps {
  readonly positions: Pick<Positions, 'trail'>;
  readonly couriers: Pick<Couriers, 'find'>;
  readonly clock: Clock;
}

const DAY_MS = 86_400_000;
/** Longer trails are requested in parts. */
const TRAIL_DAYS_MAX = 31;

interface Shown extends CourierTrail {
  readonly courierId: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The trail of a courier. */
export const courierTrail = resource(
  { noun: 'courier', tag: 'Couriers', ids: 'courier' },
  {
    get: {
      id: 'getCourierTrail',
      method: 'GET',
      path: '/couriers/:id/trail',
      summary: "Get a courier's trail",
      description:
        'The fewest points from which the courier was never further than 10 m at that moment: a stop stays a stop. As GeoJSON, or as GPX 1.1 with `format=gpx`. Trails are kept for 90 days unless the installation says otherwise.',
      scope: 'couriers:read',
      query: trailQuery,
      shed: {},
      answers: {
        200: {
          description: 'The trail; with `format=gpx` a track as application/gpx+xml.',
          schema: trailFeature,
          mediaType: 'application/geo+json',
          otherTypes: ['application/gpx+xml'],
        },
      },
    },
  },
  (deps: TrailRouteDeps) => {
    const { positions, couriers, clock } = deps;
    return {
      get: async ({ tenant, query, id: courierId, missing }) => {
        const toMs = query.to === undefined ? clock.nowMs() : Date.parse(query.to);
        const fromMs = query.from === undefined ? toMs - DAY_MS : Date.parse(query.from);
        if (fromMs > toMs) {
          throw invalidMember('?from', 'positions.fromAfterTo', 'positions.useEarlierFrom');
        }
        if (toMs - fromMs > TRAIL_DAYS_MAX * DAY_MS) {
          const most = { trailDaysMax: TRAIL_DAYS_MAX };
          throw invalidMember(
            '?from',
            { 'positions.periodTooLong': most },
            { 'positions.requestFewerDays': most },
          );
        }
        if ((await couriers.find(tenant, courierId)) === null) throw missing();
        const trail = await positions.trail(tenant, courierId, { fromMs, toMs });
        const shown = { ...trail, courierId: wireId('courier', courierId), fromMs, toMs };
        const isGpx = query.format === 'gpx';
        return {
          status: 200,
          headers: { 'content-type': isGpx ? 'application/gpx+xml' : 'application/geo+json' },
          bytes: Buffer.from(isGpx ? gpx(shown) : JSON.stringify(feature(shown)), 'utf8'),
        };
      },
    };
  },
);

function feature({ courierId, fromMs, toMs, points, doubted, isWhole }: Shown) {
  const coordinates = points.map(({ lat, lng }) => [lng, lat]);
  const line = { type: 'LineString', coordinates };
  const point = { type: 'Point', coordinates: coordinates[0] };
  return {
    type: 'Feature',
    geometry: coordinates.length > 1 ? line : coordinates.length === 1 ? point : null,
    properties: {
      courier_id: courierId,
      from: iso(fromMs),
      to: iso(toMs),
      times: points.map(({ atMs }) => iso(atMs)),
      complete: isWhole,
      doubted: doubted.map(({ atMs, lat, lng, why }) => ({ at: iso(atMs), lat, lng, why })),
    },
  };
}

/** GPX 1.1, one track; GPX readers use only times and places. */
function gpx({ courierId, points }: Shown): string {
  const rows = points.map(
    ({ atMs, lat, lng }) =>
      `      <trkpt lat="${lat}" lon="${lng}"><time>${iso(atMs)}</time></trkpt>\n`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="Waybill" xmlns="http://www.topografix.com/GPX/1/1">
  <trk>
    <name>${courierId}</name>
    <trkseg>
${rows.join('')}    </trkseg>
  </trk>
</gpx>
`;
}
