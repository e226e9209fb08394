import type { z } from 'zod';
import type { PickupPoint } from '../../../adapters/contract/extras.ts';
import type { Registry } from '../../../adapters/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { CarrierExtras } from '../../../poller/index.ts';
import { iso } from '../../../tracking/index.ts';
import { resource } from '../../kit/resource.ts';
import { answered, askerOf, failed, sentence } from '../carriers/ask-carrier.ts';
import { ASKING_ERRORS } from '../carriers/asking-errors.ts';
import { pickupPointList, pickupPointQuery } from './schema.ts';

export interface PickupPointRoutesDeps {
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
    },
  }),
);

function queryOf(query: z.output<typeof pickupPointQuery>) {
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
