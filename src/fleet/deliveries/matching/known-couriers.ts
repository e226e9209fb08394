import type { LatLng } from '../../../kernel/places/distance.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { CouriersAmong } from '../../couriers/index.ts';
import type { OnShift } from '../../dispatch/index.ts';
import { couriersAtWork } from '../couriers-at-work.ts';
import type { DeliveriesDeps } from '../deps.ts';
import { openDetails } from '../details.ts';
import { deliveriesUnderWay } from '../store/deliveries.sql.ts';

/** What reading couriers needs. */
export type ReadDeps = Pick<DeliveriesDeps, 'db' | 'clock' | 'keyring' | 'placesOf'>;

/** One of the legs that a courier still has to drive. */
export interface Way {
  readonly origin: LatLng;
  readonly destination: LatLng;
  readonly readyMs: number;
}

/** A courier on shift, as far as dispatch knows. */
export interface Known {
  readonly courier: OnShift;
  readonly placedAtMs: number;
  /** The courier's remaining deliveries, in this order. */
  readonly ways: readonly Way[];
}

/** Some of a tenant's couriers on shift, in order of id. */
export async function readKnown(
  deps: ReadDeps,
  tenant: Tenant,
  among: CouriersAmong,
): Promise<Map<string, Known>> {
  const { couriers, placedAtMs } = await couriersAtWork(deps, tenant, among);
  const loaded = couriers.filter(({ load }) => load > 0).map(({ courierId }) => courierId);
  const ways = new Map<string, Way[]>();
  const rows = loaded.length === 0 ? [] : await deliveriesUnderWay(deps.db.pipeline, loaded);
  for (const row of rows) {
    const { origin, destination } = openDetails(deps.keyring, row);
    const mine = ways.get(row.courier_id) ?? [];
    mine.push({ origin, destination, readyMs: row.ready_ms });
    ways.set(row.courier_id, mine);
  }
  return new Map(
    couriers.map((courier) => [
      courier.courierId,
      {
        courier,
        placedAtMs: placedAtMs.get(courier.courierId) ?? Number.NEGATIVE_INFINITY,
        ways: ways.get(courier.courierId) ?? [],
      },
    ]),
  );
}
