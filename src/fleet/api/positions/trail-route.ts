import { type MerchantApi, merchantRoute } from '../../../http/kit/merchant-route.ts';
import type { Route } from '../../../http/kit/route.ts';
import { invalidMember } from '../../../http/kit/validation.ts';
import type { ErrorText } from '../../../kernel/errors.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import type { Clock } from '../../../platform/clock.ts';
import { iso } from '../../../tracking/index.ts';
import type { Couriers } from '../../couriers/index.ts';
import type { CourierTrail, Positions } from '../../positions/index.ts';
import { courierUuid, noSuchCourier } from '../couriers/routes.ts';
import { courierTrailOperation, TRAIL_DAYS_MAX } from './operations.ts';

export interface TrailRouteDeps {
  readonly positions: Pick<Positions, 'trail'>;
  readonly couriers: Pick<Couriers, 'find'>;
  readonly clock: Clock;
}

const DAY_MS = 86_400_000;

interface Shown extends CourierTrail {
  readonly courierId: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The trail of a courier. */
export function trailRoute(api: MerchantApi, deps: TrailRouteDeps): Route {
  const { positions, couriers, clock } = deps;
  return merchantRoute(api, courierTrailOperation, async ({ tenant, param, query }) => {
    const courierId = courierUuid(param('id'));
    const toMs = query.to === undefined ? clock.nowMs() : Date.parse(query.to);
    const fromMs = query.from === undefined ? toMs - DAY_MS : Date.parse(query.from);
    if (fromMs > toMs) {
      throw invalidMember('?from', 'positions.after', 'positions.sendEarlierInstantFrom');
    }
    if (toMs - fromMs > TRAIL_DAYS_MAX * DAY_MS) {
      const fix: ErrorText = ['positions.askMostDaysOnce', { trailDaysMax: TRAIL_DAYS_MAX }];
      throw invalidMember(
        '?from',
        ['positions.moreDaysBefore', { trailDaysMax: TRAIL_DAYS_MAX }],
        fix,
      );
    }
    if ((await couriers.find(tenant, courierId)) === null) throw noSuchCourier();
    const trail = await positions.trail(tenant, courierId, { fromMs, toMs });
    const shown = { ...trail, courierId: wireId('courier', courierId), fromMs, toMs };
    const isGpx = query.format === 'gpx';
    return {
      status: 200,
      headers: { 'content-type': isGpx ? 'application/gpx+xml' : 'application/geo+json' },
      bytes: Buffer.from(isGpx ? gpx(shown) : JSON.stringify(feature(shown)), 'utf8'),
    };
  });
}

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
