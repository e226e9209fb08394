import type { PickupPoint } from '../../../adapters/contract/extras.ts';
import type { Registry } from '../../../adapters/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { CarrierExtras } from '../../../poller/index.ts';
import { iso } from '../../../tracking/index.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import type { QueryOf } from '../../kit/operation.ts';
import type { Route } from '../../kit/route.ts';
import { answered, askerOf, failed, sentence } from '../carriers/ask-carrier.ts';
import { pickupPointsOperation } from './operations.ts';

export interface PickupPointRoutesDeps {
  readonly registry: Registry;
  /** Null when this hub polls no carriers. */
  readonly extras: CarrierExtras | null;
  readonly clock: Clock;
}

/** Pickup points near a place. */
export function pickupPointRoutes(
  api: MerchantApi,
  { registry, extras, clock }: PickupPointRoutesDeps,
): readonly Route[] {
  return [
    merchantRoute(api, pickupPointsOperation, async ({ tenant, param, query }) => {
      const adapter = registry.get(param('carrier'));
      if (adapter === undefined) {
        throw new Problem('not_found', 'There is no such carrier; GET /v1/carriers lists all.');
      }
      const { name, displayName } = adapter.manifest;
      const found = await askerOf(extras).pickupPoints(tenant, name, queryOf(query));
      const { value, environment } = answered(found, displayName, 'lists no pickup points');
      if (value.outcome !== 'points' && value.outcome !== 'none') throw failed(value, displayName);
      const points = value.outcome === 'points' ? value.points : [];
      return {
        status: 200,
        body: {
          data: points.map(pointJson),
          next_cursor: null,
          note: value.outcome === 'none' ? sentence(value.reason) : null,
          environment,
          as_of: iso(found.asOfMs ?? clock.nowMs()),
        },
      };
    }),
  ];
}

function queryOf(query: QueryOf<typeof pickupPointsOperation>) {
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
