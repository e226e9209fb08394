import {
  type AssignedRoute,
  assignOnMap,
  type OnShift,
  timesOf,
  unfitFor,
} from '../../dispatch/index.ts';
import type { LatLng } from '../../kernel/places/distance.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { assignDelivery } from '../assigning/assign.ts';
import type { AtWork } from '../couriers-at-work.ts';
import type { DeliveriesDeps } from '../deps.ts';
import { openDetails } from '../details.ts';
import { type DeliveryRow, deliveriesUnderWay, noteRound } from '../store/deliveries.sql.ts';
import { tellUnassignable, wantedOf } from './wanted.ts';

/** How often the plan is made anew for what has no courier yet. */
const LOOK_MS = 2_000;
/** Then a dispatcher is told. */
const UNASSIGNABLE_AFTER_MS = 60_000;

/** Assigns the deliveries that cannot wait, all of them together; answers how many. */
export async function assignOpen(
  deps: DeliveriesDeps,
  tenant: Tenant,
  rows: readonly DeliveryRow[],
  { couriers }: AtWork,
): Promise<number> {
  const nowMs = deps.clock.nowMs();
  const under = await deliveriesUnderWay(
    deps.db.pipeline,
    couriers.filter(({ load }) => load > 0).map(({ courierId }) => courierId),
  );
  const free = couriers.flatMap((courier) => freeAt(deps, courier, under, nowMs) ?? []);
  const routes = assignOnMap(
    rows.map((row) => ({
      id: row.shipment_id,
      placedMs: row.created_at.getTime(),
      ...wantedOf(deps, row),
    })),
    free,
    nowMs,
  );
  let assigned = 0;
  const done = new Set<string>();
  for (const route of routes) assigned += await assignRoute(deps, tenant, route, done);
  for (const row of rows.filter(({ shipment_id: id }) => !done.has(id))) {
    const isLate = nowMs - row.opened_at.getTime() >= UNASSIGNABLE_AFTER_MS;
    const isNewlyLate = isLate && row.queued_at === null && nowMs >= row.ready_at.getTime();
    await noteRound(deps.db.pipeline, row.shipment_id, {
      ...{ rounds: Math.max(1, row.rounds), lookAtMs: nowMs + LOOK_MS },
      queuedAtMs: isNewlyLate ? nowMs : null,
    });
    if (isNewlyLate) await tellUnassignable(deps, tenant, row, couriers.length);
  }
  return assigned;
}

async function assignRoute(
  deps: DeliveriesDeps,
  tenant: Tenant,
  { courierId, ids, terms }: AssignedRoute,
  done: Set<string>,
): Promise<number> {
  let assigned = 0;
  for (const id of ids) {
    const to = { courierId, how: 'auto' as const, terms: { ...terms, bundled: ids.length } };
    const outcome = await assignDelivery(deps, tenant, id, to);
    if (outcome.kind !== 'assigned') return assigned;
    done.add(id);
    assigned += 1;
  }
  return assigned;
}

/** Where and when a courier is free for another; null: not in sight. */
function freeAt(
  { keyring }: DeliveriesDeps,
  courier: OnShift,
  under: readonly DeliveryRow[],
  nowMs: number,
): { courier: OnShift; place: LatLng; freeMs: number } | null {
  const mine = under.filter(({ courier_id: id }) => id === courier.courierId);
  if (courier.place === null) return null;
  let place: LatLng = courier.place;
  let freeMs = nowMs;
  for (const row of mine) {
    const details = openDetails(keyring, row);
    const way = { ...details, readyMs: row.ready_at.getTime() };
    freeMs = timesOf(way, { from: place, leavesMs: freeMs, by: courier.by }).arrivalMs;
    place = details.destination;
  }
  const nothing = { origin: place, destination: place, readyMs: nowMs };
  const isFull = unfitFor({ ...nothing, size: 'small', weightG: null }, courier, nowMs) === 'full';
  return isFull ? null : { courier, place, freeMs };
}
