import type { Tenant } from '../../../kernel/tenant.ts';
import { type AssignedRoute, assignOnMap, type FreeOnMap } from '../../dispatch/index.ts';
import type { AssignTo } from '../assigning/assign.ts';
import { assignDeliveries } from '../assigning/assign-many.ts';
import type { DeliveriesDeps } from '../deps.ts';
import { holdPaused, maintainPauses } from '../pauses/pauses.ts';
import { claimDue, type DeliveryRow, noteRounds, settingOf } from '../store/deliveries.sql.ts';
import { gaveUpBy } from '../store/offers.sql.ts';
import { type CourierIndex, createCourierIndex } from './courier-index.ts';
import type { AsKnown } from './known-couriers.ts';
import { offerOpen } from './offer-open.ts';
import { announceAllUnassignable, TOGETHER_MAX, wantedOf } from './pass.ts';

/** Default number of deliveries in one pass; the rest waits for the next, longest due first. */
const BATCH_MAX = 150;
/** How long claimed deliveries belong to one process. If it dies, they are delayed by this much. */
export const LEASE_MS = 4_000;

export interface Matched {
  readonly looked: number;
  readonly offers: number;
  readonly assigned: number;
  /** The errors, one for each merchant whose deliveries could not be matched. */
  readonly failures: readonly unknown[];
}

/**
 * Offers the due deliveries to couriers, or assigns them if the merchant chose that. An error with
 * one merchant's deliveries delays no other merchant.
 *
 * @param index couriers cached between passes; absent: they are read.
 * @param how.limit deliveries in one pass.
 * @param how.isRush so many deliveries look for couriers that most couriers have an offer.
 */
export async function matchOpen(
  deps: DeliveriesDeps,
  index: Pick<CourierIndex, 'freeOf' | 'onShiftOf'> &
    Partial<Pick<CourierIndex, 'lately'>> = createCourierIndex(deps, null),
  {
    limit = BATCH_MAX,
    isRush = false,
  }: { readonly limit?: number; readonly isRush?: boolean } = {},
): Promise<Matched> {
  const nowMs = deps.clock.nowMs();
  const paused = await maintainPauses(deps);
  const claim = { nowMs, untilMs: nowMs + LEASE_MS, limit };
  const rows = await holdPaused(deps, await claimDue(deps.db.pipeline, claim), paused);
  let offers = 0;
  let assigned = 0;
  const failures: unknown[] = [];
  for (const { tenant, deliveries } of byTenant(rows)) {
    try {
      if ((await settingOf(deps.db.pipeline, tenant)) === 'auto') {
        assigned += await assignOpen(deps, tenant, deliveries, await index.freeOf(tenant));
      } else {
        const known = { ...(await index.onShiftOf(tenant)), isRush, lately: index.lately };
        offers += await offerOpen(deps, tenant, deliveries, known);
      }
    } catch (error) {
      failures.push(error);
    }
  }
  return { looked: rows.length, offers, assigned, failures };
}

function byTenant(rows: readonly DeliveryRow[]) {
  const groups = new Map<string, { readonly tenant: Tenant; readonly deliveries: DeliveryRow[] }>();
  for (const row of rows) {
    const key = `${row.merchantId} ${row.mode}`;
    const tenant = { merchantId: row.merchantId, mode: row.mode };
    const group = groups.get(key) ?? { tenant, deliveries: [] };
    group.deliveries.push(row);
    groups.set(key, group);
  }
  return groups.values();
}

/** How often to plan again for deliveries without a courier. */
const CHECK_MS = 2_000;
/** When the next pass follows while more couriers are still being read. */
const UNREAD_PASS_MS = 1_000;
/** Age of a search after which a dispatcher is notified. */
const UNASSIGNABLE_AFTER_MS = 60_000;
const NOBODY: ReadonlySet<string> = new Set();

/** Assigns the deliveries that cannot wait, all in one plan; returns how many. */
async function assignOpen(
  deps: DeliveriesDeps,
  tenant: Tenant,
  rows: readonly DeliveryRow[],
  { couriers: free, isWhole }: AsKnown<FreeOnMap>,
): Promise<number> {
  const nowMs = deps.clock.nowMs();
  const { pipeline } = deps.db;
  if (!isWhole) {
    // A courier not read yet may be nearer, and an assignment is final: wait for the next pass.
    const passes = rows.map(({ shipmentId, rounds }) => ({ shipmentId, rounds }));
    const nextPassAtMs = nowMs + UNREAD_PASS_MS;
    await noteRounds(
      pipeline,
      passes.map((pass) => ({ ...pass, nextPassAtMs })),
    );
    return 0;
  }
  const gaveUp = await gaveUpBy(
    pipeline,
    rows.map(({ shipmentId: id }) => id),
  );
  const routes = assignOnMap(
    rows.map((row) => ({
      id: row.shipmentId,
      placedMs: row.createdAtMs,
      ...wantedOf(deps, row),
      except: gaveUp.get(row.shipmentId) ?? NOBODY,
    })),
    free,
    nowMs,
  );
  const done = await assignRoutes(deps, tenant, routes);
  const left = rows.filter(({ shipmentId: id }) => !done.has(id));
  await noteRounds(
    pipeline,
    left.map((row) => ({
      shipmentId: row.shipmentId,
      rounds: Math.max(1, row.rounds),
      nextPassAtMs: nowMs + CHECK_MS,
    })),
  );
  const late = left.filter((row) => {
    const isLate = nowMs - row.openedAtMs >= UNASSIGNABLE_AFTER_MS;
    return isLate && row.queuedAtMs === null && nowMs >= row.readyAtMs;
  });
  await announceAllUnassignable(
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
      for (const [index, { shipmentId }] of some.entries()) {
        if (outcomes[index]?.kind === 'assigned') done.add(shipmentId);
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
