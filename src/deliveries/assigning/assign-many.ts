import type { Tenant } from '../../kernel/tenant.ts';
import { announceOfMany, type ShipmentUpdate } from '../../tracking/index.ts';
import type { DeliveriesDeps } from '../deps.ts';
import { lockDeliveries, markManyAssigned } from '../store/deliveries.sql.ts';
import { gaveUpBy, insertSteps, withdrawOffersOf, writeAnswers } from '../store/offers.sql.ts';
import { type AssignTo, assignedUpdate, putInHands, refusalBefore } from './assign.ts';

export interface ToAssign {
  readonly shipmentId: string;
  readonly to: AssignTo;
}

/**
 * Gives open deliveries to couriers, as `assignDelivery` gives one, in one transaction; answers those that
 * have their courier now. What somebody else took meanwhile, or a courier can not have, is left as it is.
 */
export async function assignDeliveries(
  deps: DeliveriesDeps,
  tenant: Tenant,
  wanted: readonly ToAssign[],
): Promise<ReadonlySet<string>> {
  await deps.recognition();
  const places = await deps.placesOf(tenant, [...new Set(wanted.map(({ to }) => to.courierId))]);
  const ids = wanted.map(({ shipmentId }) => shipmentId);
  const done = new Set<string>();
  await announceOfMany(deps.tracking, tenant, ids, async (tx, shipments) => {
    done.clear();
    const rows = new Map((await lockDeliveries(tx, ids)).map((row) => [row.shipment_id, row]));
    const gaveUp = await gaveUpBy(tx, ids);
    const put = [];
    const updates = new Map<string, ShipmentUpdate>();
    // Couriers are locked in this order by everybody who locks several; each route stays in its own.
    for (const { shipmentId, to } of byCourier(wanted)) {
      const [row, shipment] = [rows.get(shipmentId), shipments.get(shipmentId)];
      if (row === undefined || shipment === undefined) continue;
      const before = refusalBefore(row, shipment, to);
      if (before.kind === 'assigned') done.add(shipmentId);
      if (before.kind !== 'not_found') continue;
      // Since it was planned.
      if (to.how === 'auto' && gaveUp.get(shipmentId)?.has(to.courierId)) continue;
      const place = places.get(to.courierId) ?? null;
      const given = await putInHands(deps, tx, tenant, { row, shipment, to, place });
      if (given.kind !== 'given') continue;
      put.push({ row, to, ...given });
      updates.set(shipmentId, assignedUpdate(to, given.atMs));
      done.add(shipmentId);
    }
    if (put.length === 0) return updates;
    const assigned = put.map(({ row, to, atMs, times }) => ({
      ...{ shipmentId: row.shipment_id, courierId: to.courierId, how: to.how, atMs },
      ...times,
    }));
    await markManyAssigned(tx, assigned);
    await withdrawOffersOf(tx, assigned);
    await writeAnswers(tx, tenant, assigned);
    await insertSteps(
      tx,
      tenant,
      put.map(({ row, to, atMs }) => ({
        ...{ shipmentId: row.shipment_id, atMs, what: to.how, courierId: to.courierId },
        detail: { ...to.terms, waited_s: Math.round((atMs - row.opened_at.getTime()) / 1000) },
      })),
    );
    return updates;
  });
  return done;
}

function byCourier(wanted: readonly ToAssign[]): ToAssign[] {
  return [...wanted].sort(({ to: a }, { to: b }) => compare(a.courierId, b.courierId));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
