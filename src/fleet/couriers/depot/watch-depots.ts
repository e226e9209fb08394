import type { Coordinates } from '../../../kernel/places/great-circle.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { type Loop, startLoop } from '../../../platform/work/loop.ts';
import { type Depot, isAtDepot } from './depot.ts';
import { couriersWithDepots, noteDepot } from './depots.sql.ts';

export interface DepotWatchDeps {
  readonly db: Pick<Database, 'pipeline'>;
  /** Null: the building's location is unknown. */
  readonly depotOf: (tenant: Tenant, facilityCode: string) => Promise<Depot | null>;
  /** The newest plausible places of these couriers, where known; epoch ms. */
  readonly places: (
    courierIds: readonly string[],
  ) => Promise<readonly (Coordinates & { readonly courierId: string; readonly atMs: number })[]>;
  /** Whether leaving the depot sets a status. Merchants opt in to this. */
  readonly setsStatus: (tenant: Tenant) => Promise<boolean>;
  /** Sets the courier's parcels out for delivery. */
  readonly depart: (tenant: Tenant, courierId: string, facilityCode: string) => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
}

const CHECK_EVERY_MS = 30_000;
/** An older place no longer says where the courier is. */
const PLACE_AGE_MS_MAX = 300_000;

/**
 * Records when couriers arrive at their building and leave it. This alone changes nothing. What
 * the merchant configured to follow happens once, however many processes check.
 */
export function startWatchingDepots(deps: DepotWatchDeps): Loop {
  return startLoop({
    run: () => check(deps),
    everyMs: CHECK_EVERY_MS,
    onFailure: (err) => deps.log.warn({ err }, 'couriers at their buildings were not looked for'),
  });
}

async function check(deps: DepotWatchDeps): Promise<void> {
  const { db, clock, log } = deps;
  const nowMs = clock.nowMs();
  const couriers = await couriersWithDepots(db.pipeline, nowMs);
  const places = await deps.places(couriers.map(({ courierId }) => courierId));
  const byCourier = new Map(places.map((place) => [place.courierId, place]));
  const depots = new Map<string, Depot | null>();
  for (const courier of couriers) {
    const { courierId, tenant, facilityCode, wasThere } = courier;
    const place = byCourier.get(courierId);
    if (place === undefined || nowMs - place.atMs > PLACE_AGE_MS_MAX) continue;
    const key = JSON.stringify([tenant.merchantId, tenant.mode, facilityCode]);
    const depot = depots.get(key) ?? (await deps.depotOf(tenant, facilityCode));
    depots.set(key, depot);
    if (depot === null) continue;
    const isThere = isAtDepot(wasThere, place, depot);
    if (isThere === wasThere || !(await noteDepot(db.pipeline, courier, isThere, nowMs))) continue;
    const hasLeft = wasThere === true && !isThere;
    if (!hasLeft || !(await deps.setsStatus(tenant))) continue;
    await deps.depart(tenant, courierId, facilityCode).catch((err: unknown) => {
      log.warn({ err, courier_id: courierId }, 'parcels of a courier who left were not scanned');
    });
  }
}
