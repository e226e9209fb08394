import { Problem } from '../../../kernel/errors.ts';
import type { Coordinates } from '../../../kernel/places/distance.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Courier, Couriers } from '../../couriers/index.ts';
import type { NearbyPlace, Positions } from '../../positions/index.ts';

interface NearDeps {
  readonly couriers: Pick<Couriers, 'findMany'>;
  readonly positions: Pick<Positions, 'places'>;
}

interface NearCourier {
  readonly courier: Courier;
  readonly place: NearbyPlace;
}

const RETRY_AFTER_S = 2;
/**
 * How many more places are read than requested: a courier whose shift has just expired still has a
 * place, but must be left out.
 */
const EXTRA_PLACES = 50;

/**
 * A tenant's couriers on shift around a place, the nearest first, and among equally near ones the
 * newest position first.
 *
 * @throws `Problem` (503) when places cannot be looked up now
 */
export async function nearCouriers(
  { couriers, positions }: NearDeps,
  tenant: Tenant,
  centre: Coordinates,
  { radiusM, limit }: { readonly radiusM: number; readonly limit: number },
): Promise<NearCourier[]> {
  const within = { radiusM, limit: limit + EXTRA_PLACES };
  const places = await positions.places.near(tenant, centre, within).catch(() => null);
  if (places === null) {
    throw new Problem('overloaded', 'couriers.placeSearchUnavailable', {
      retryAfterS: RETRY_AFTER_S,
    });
  }
  const found = await couriers.findMany(
    tenant,
    places.map(({ courierId }) => courierId),
  );
  const byId = new Map(found.map((courier) => [courier.id, courier]));
  return places
    .flatMap((place) => {
      const courier = byId.get(place.courierId);
      return courier?.onShift ? [{ courier, place }] : [];
    })
    .sort(
      ({ place: a }, { place: b }) =>
        Math.round(a.distanceM) - Math.round(b.distanceM) || b.position.atMs - a.position.atMs,
    )
    .slice(0, limit);
}
