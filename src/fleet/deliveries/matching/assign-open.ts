import type { Tenant } from '../../../kernel/tenant.ts';
import { type AssignedRoute, assignOnMap, type FreeOnMap } from '../../dispatch/index.ts';
import type { AssignTo } from '../assigning/assign.ts';
import { assignDeliveries } from '../assigning/assign-many.ts';
import type { DeliveriesDeps } from '../deps.ts';
import { type DeliveryRow, noteRounds } from '../store/deliveries.sql.ts';
import { gaveUpBy } from '../store/offers.sql.ts';
import type { AsKnown } from './known-couriers.ts';
import { TOGETHER_MAX, tellAllUnassignable, wantedOf } from './pass.ts';

/** How often to plan again for deliveries without a courier. */
const CHECK_MS = 2_000;
/** When the next pass follows while more couriers are still being read. */
const UNREAD_PASS_MS = 1_000;
/** Age of a search after which a dispatcher is notified. */
const UNASSIGNABLE_AFTER_MS = 60_000;
const NOBODY: ReadonlySet<string> = new Set();

/** Assigns the deliveries that cannot wait, all in one plan; returns how many. */
export async function assignOpen(
  deps: DeliveriesDeps,
  tenant: Tenant,
  rows: readonly DeliveryRow[],
  { couriers: free, isWhole }: AsKnown<FreeOnMap>,
): Promise<number> {
  const nowMs = deps.clock.nowMs();
  const { pipeline } = deps.db;
  if (!isWhole) {
    // A courier not read yet may be nearer, and an assignment is final: wait for the next pass.
    const passes = rows.map(({ shipment_id: shipmentId, rounds }) => ({ shipmentId, rounds }));
    const nextPassAtMs = nowMs + UNREAD_PASS_MS;
    await noteRounds(
      pipeline,
      passes.map((pass) => ({ ...pass, nextPassAtMs })),
    );
    return 0;
  }
  const gaveUp = await gaveUpBy(
    pipeline,
    rows.map(({ shipment_id: id }) => id),
  );
  const routes = assignOnMap(
    rows.map((row) => ({
      id: row.shipment_id,
      placedMs: row.created_at.getTime(),
      ...wantedOf(deps, row),
      except: gaveUp.get(row.shipment_id) ?? NOBODY,
    })),
    free,
    nowMs,
  );
  const done = await assignRoutes(deps, tenant, routes);
  const left = rows.filter(({ shipment_id: id }) => !done.has(id));
  await noteRounds(
    pipeline,
    left.map((row) => ({
      shipmentId: row.shipment_id,
      rounds: Math.max(1, row.rounds),
      nextPassAtMs: nowMs + CHECK_MS,
    })),
  );
  const late = left.filter((row) => {
    const isLate = nowMs - row.opened_at.getTime() >= UNASSIGNABLE_AFTER_MS;
    return isLate && row.queued_at === null && nowMs >= row.ready_at.getTime();
  });
  await tellAllUnassignable(
    deps,
    tenant,
    late.map((row) => ({ row, couriersOffered: free.length })),
  );
  return done.size;
}

/**
 * Returns the deliveries that are assigned now. If a whole transaction fails, tries them one by
 * one.
 */
async function assignRoutes(
  deps: DeliveriesDeps,
  tenant: Tenant,
  routes: readonly AssignedRoute[],
): Promise<ReadonlySet<string>> {
  const all = routes.flatMap(({ courierId, ids, terms }) =>
    ids.map((shipmentId) => {
      const to: AssignTo = { courierId, how: 'auto', terms: { ...terms, bundled: ids.length } };
      return { shipmentId, to };
    }),
  );
  const done = new Set<string>();
  for (let from = 0; from < all.length; from += TOGETHER_MAX) {
    const some = all.slice(from, from + TOGETHER_MAX);
    try {
      const outcomes = await assignDeliveries(deps, tenant, some);
      for (const [nr, { shipmentId }] of some.entries()) {
        if (outcomes[nr]?.kind === 'assigned') done.add(shipmentId);
      }
    } catch {
      for (const each of some) {
        try {
          const [outcome] = await assignDeliveries(deps, tenant, [each]);
          if (outcome?.kind === 'assigned') done.add(each.shipmentId);
        } catch {
          // A later pass tries it again, and a dispatcher is notified after a minute; the others go
          // on.
        }
      }
    }
  }
  return done;
}
