import type { Tenant } from '../../../kernel/tenant.ts';
import {
  type CourierRoute,
  DEPOT_RADIUS_M,
  type DepotOf,
  depotHint,
  isAtDepot,
} from '../../couriers/index.ts';
import type { Positions } from '../../positions/index.ts';

export interface DepotDeps {
  readonly depotOf: DepotOf;
  readonly positions: Pick<Positions, 'places'>;
}

/** Older positions do not show where the courier is now. */
const PLACE_AGE_MS_MAX = 300_000;

/**
 * The courier's building as JSON, with whether the courier is there and the actions allowed next.
 */
export async function depotJson(
  { depotOf, positions }: DepotDeps,
  tenant: Tenant,
  { courier, stops }: CourierRoute,
  nowMs: number,
) {
  const depot = courier.homeFacility === null ? null : await depotOf(tenant, courier.homeFacility);
  if (depot === null) return null;
  const found = courier.onShift
    ? await positions.places.find(tenant, [courier.id]).catch(() => null)
    : null;
  const place = found?.get(courier.id)?.position;
  const isKnown = place !== undefined && nowMs - place.atMs <= PLACE_AGE_MS_MAX;
  const isThere = isKnown ? isAtDepot(null, place, depot) : null;
  const isDone = (stop: CourierRoute['stops'][number]) =>
    stop.parcels.every(({ state }) => state === 'done');
  const work = {
    holds: courier.holds,
    toLoad: courier.assigned - courier.holds,
    doneToday: stops.filter(isDone).length,
  };
  return {
    facility_code: depot.code,
    name: depot.name,
    lat: depot.lat,
    lng: depot.lng,
    radius_m: DEPOT_RADIUS_M,
    is_there: isThere,
    hint: isThere === true ? depotHint(work) : null,
  };
}
