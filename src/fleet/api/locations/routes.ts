import type { LocationJson } from '../../../http/index.ts';
import { writeAnswer } from '../../../http/kit/answer.ts';
import type { MerchantApi } from '../../../http/kit/merchant-route.ts';
import { createRateLimiter, type RateLimiter } from '../../../http/kit/rate-limit.ts';
import { resource } from '../../../http/kit/resource.ts';
import type { Handler, Route } from '../../../http/kit/route.ts';
import { parseQuery } from '../../../http/kit/validation.ts';
import { type LinkHolderDeps, linkHolder } from '../../../http/public/personal-link/link-holder.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { Clock } from '../../../platform/clock.ts';
import { locationForMerchant, locationForRecipient } from './location.ts';
import { type OwnShipmentDeps, ownShipment } from './own-shipment.ts';
import { locationQuery, shipmentLocation } from './schema.ts';
import type { Ways } from './watch-routes.ts';

interface LocationRoutesDeps extends OwnShipmentDeps, Omit<LinkHolderDeps, 'tracking'> {
  readonly ways: Pick<Ways, 'find'>;
  readonly clock: Clock;
}

/** A page that polls needs one in five seconds; a household has several pages open. */
const LINK_BURST = 60;
const LINK_PER_S = 2;

/** The position of a parcel's courier, for its merchant. */
export const parcelLocation = resource(
  { noun: 'shipment', tag: 'Couriers' },
  {
    get: {
      id: 'getShipmentLocation',
      method: 'GET',
      path: '/shipments/:id/location',
      summary: "Get the position of a parcel's courier",
      description:
        'For parcels of own couriers. With a key of the merchant from the assignment to the end; with the token of a personal link (`t`) while the parcel is out for delivery, by first name and without a phone number. 404 at any other time: also if the courier is off shift, or has sent no position yet.',
      scope: 'shipments:read',
      params: { id: 'The shipment: its id or its tracking number.' },
      query: locationQuery,
      answers: { 200: { description: 'The newest position.', schema: shipmentLocation } },
    },
  },
  (deps: LocationRoutesDeps) => ({
    get: async ({ tenant, param }) => {
      const shipment = await ownShipment(deps, tenant, param('id'));
      const found = shipment && (await locate(deps, shipment.id, locationForMerchant));
      if (!found) throw noLocation();
      return { status: 200, body: found };
    },
  }),
);

/**
 * The routes to a courier's position: for its merchant and, more coarsely, for holders of the
 * parcel's personal link.
 */
export function locationRoutes(api: MerchantApi, deps: LocationRoutesDeps): readonly Route[] {
  const limiter = createRateLimiter({
    name: 'location links',
    burst: LINK_BURST,
    perS: LINK_PER_S,
    clock: deps.clock,
  });
  const recipient = personalHandler(deps, limiter);
  return parcelLocation.routes(api, deps).map((merchant) => ({
    ...merchant,
    handler(request, response, context) {
      const byLink = request.headers.authorization === undefined && context.query.has('t');
      return (byLink ? recipient : merchant.handler)(request, response, context);
    },
  }));
}

function personalHandler(deps: LocationRoutesDeps, limiter: RateLimiter): Handler {
  return async (_request, response, context) => {
    const waitS = limiter.take(context.clientIp);
    if (waitS > 0) {
      const detail = 'notifications.tooManyRequests';
      throw new Problem('rate_limited', detail, { retryAfterS: waitS });
    }
    const { t: token = '' } = parseQuery(locationQuery, context.query);
    const number = context.params['id'] ?? '';
    const holder = await linkHolder(deps, token, { carrier: deps.ownCarrier, number });
    // The page explains why a link is invalid; here the answer is just a 404.
    if (holder.kind !== 'holder') throw noLocation();
    const found = await locate(deps, holder.shipment.id, locationForRecipient);
    if (found === null) throw noLocation();
    const headers = { 'referrer-policy': 'no-referrer', 'x-robots-tag': 'noindex' };
    writeAnswer(response, { status: 200, body: found, headers });
  };
}

async function locate(
  { ways }: LocationRoutesDeps,
  shipmentId: string,
  toLocation: typeof locationForMerchant,
): Promise<LocationJson | null> {
  const way = (await ways.find([shipmentId])).get(shipmentId);
  return way === undefined ? null : toLocation(way);
}

function noLocation(): Problem {
  return new Problem('not_found', 'couriers.noLocatableParcel', {
    fix: 'couriers.awaitAssignmentOrDelivery',
  });
}
