import { facilityByCode } from '../../../intake/index.ts';
import { type Coordinates, metresBetween } from '../../../kernel/places/distance.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Clock } from '../../../platform/clock.ts';
import { type Database, withTenant } from '../../../platform/database/database.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { type Loop, startLoop } from '../../../platform/work/loop.ts';
import { couriersWithDepots, noteDepot } from './depots.sql.ts';

/** The building where a courier's day starts. */
export interface Depot extends Coordinates {
  readonly code: string;
  readonly name: string;
}

/**
 * A courier within this distance is at the depot: the size of a yard, plus the position error of a
 * phone between houses.
 */
export const DEPOT_RADIUS_M = 150;
/**
 * A courier has left the depot only beyond this distance. The hysteresis keeps one at the edge from
 * flapping.
 */
const LEFT_M = 300;

/**
 * Whether a courier is at the depot. The previous answer decides in between the two radii. Pure.
 * @param wasThere the previous answer; null: unknown
 */
export function isAtDepot(
  wasThere: boolean | null,
  place: Coordinates,
  depot: Coordinates,
): boolean {
  return metresBetween(place, depot) <= (wasThere === true ? LEFT_M : DEPOT_RADIUS_M);
}

/** The next action to suggest to a courier on shift at the depot; null: none. Pure. */
export function depotHint({
  holds,
  toLoad,
  doneToday,
}: {
  readonly holds: number;
  readonly toLoad: number;
  /** How many stops are done today. */
  readonly doneToday: number;
}): 'end_shift' | 'hand_in' | null {
  if (doneToday === 0 || toLoad > 0) return null;
  return holds > 0 ? 'hand_in' : 'end_shift';
}

/** Finds the location of a merchant's building; null: unknown. */
export type DepotOf = (tenant: Tenant, code: string) => Promise<Depot | null>;

/**
 * Creates the lookup of buildings: facilities of the merchant's own first, then of own couriers.
 */
export function createDepotOf(db: Pick<Database, 'app'>, ownCarrier: string): DepotOf {
  return (tenant, code) =>
    withTenant(db.app, tenant, async (tx) => {
      const found =
        (await facilityByCode(tx, tenant, { carrier: null, code })) ??
        (await facilityByCode(tx, tenant, { carrier: ownCarrier, code }));
      const { lat = null, lng = null } = found ?? {};
      if (found === null || lat === null || lng === null) return null;
      return { code: found.code, name: found.name, lat, lng };
    });
}

interface DepotWatchDeps {
  readonly db: Pick<Database, 'pipeline'>;
  /** Finds a building's location; null: unknown. */
  readonly depotOf: (tenant: Tenant, facilityCode: string) => Promise<Depot | null>;
  /** The newest plausible places of these couriers, where known. Times are epoch ms. */
  readonly places: (
    courierIds: readonly string[],
  ) => Promise<readonly (Coordinates & { readonly courierId: string; readonly atMs: number })[]>;
  /** Whether leaving the depot sets parcels out for delivery. Merchants opt in to this. */
  readonly setsStatus: (tenant: Tenant) => Promise<boolean>;
  /** Reports the courier's parcels as out for delivery. */
  readonly depart: (tenant: Tenant, courierId: string, facilityCode: string) => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
}

const CHECK_EVERY_MS = 30_000;
/** An older place no longer says where the courier is. */
const PLACE_AGE_MS_MAX = 300_000;

/**
 * Records when couriers arrive at their building and leave it. The record alone has no effect. What
 * the merchant configured for a departure happens once, no matter how many processes check.
 */
export function startWatchingDepots(deps: DepotWatchDeps): Loop {
  return startLoop({
    run: () => recordDepotVisits(deps),
    everyMs: CHECK_EVERY_MS,
    onFailure: (err) => deps.log.warn({ err }, 'the check of couriers at their buildings failed'),
  });
}

async function recordDepotVisits(deps: DepotWatchDeps): Promise<void> {
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
