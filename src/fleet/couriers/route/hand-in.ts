import type { Scan } from '../../../intake/index.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { withTenant } from '../../../platform/database/database.ts';
import type { EventsDeps } from '../events/events-deps.ts';
import { courierById, lockCourier } from '../people/couriers.sql.ts';
import { type CourierParcelRow, endParcel, routeOf } from './courier-parcels.sql.ts';
import { insertNotice } from './notices.sql.ts';
import { idMaker } from './stops.ts';

export type HandInOutcome =
  | { readonly kind: 'done'; readonly moved: number }
  | { readonly kind: 'not_found' }
  /** The courier has none of these. */
  | { readonly kind: 'not_there'; readonly shipmentIds: readonly string[] };

/**
 * Checks in a courier's parcels at a building on the merchant's order: each is scanned there, and
 * the courier's custody ends. Scans come first, so that no custody ends before the building has
 * the parcel.
 *
 * @param what which parcels; null: all that the courier has.
 */
export async function handIn(
  deps: EventsDeps,
  tenant: Tenant,
  courierId: string,
  what: { readonly facilityCode: string; readonly shipmentIds: readonly string[] | null },
): Promise<HandInOutcome> {
  const { db, clock } = deps;
  const nowMs = clock.nowMs();
  const held = await withTenant(db.app, tenant, async (tx) => {
    if ((await courierById(tx, courierId)) === null) return null;
    const rows = await routeOf(tx, courierId, nowMs + 1);
    return rows.filter(({ held_since: since }) => since !== null);
  });
  if (held === null) return { kind: 'not_found' };
  const having = new Set(held.map(({ shipment_id: id }) => id));
  const missing = (what.shipmentIds ?? []).filter((id) => !having.has(id));
  if (missing.length > 0) return { kind: 'not_there', shipmentIds: missing };
  const wanted = what.shipmentIds === null ? null : new Set<string | null>(what.shipmentIds);
  const rows = held.filter(({ shipment_id: id }) => wanted === null || wanted.has(id));
  const sender = { tenant, facilityCodes: null, clockOffsetMs: null };
  const scans = rows.map((row) => ({ scan: arrival(row, what.facilityCode, nowMs) }));
  const results = rows.length === 0 ? [] : await deps.scans.take(sender, scans);
  const handedIn = rows.filter((_, nr) => results[nr]?.outcome !== 'rejected');
  return { kind: 'done', moved: await endHeld(deps, tenant, handedIn, nowMs) };
}

function arrival(row: CourierParcelRow, facilityCode: string, nowMs: number): Scan {
  return {
    tracking_number: row.tracking_number,
    code: 'ARRIVE',
    scanned_at: new Date(nowMs).toISOString(),
    facility_code: facilityCode,
    employee_id: wireId('courier', row.courier_id),
  };
}

async function endHeld(
  { db, randomBytes }: EventsDeps,
  tenant: Tenant,
  rows: readonly CourierParcelRow[],
  nowMs: number,
): Promise<number> {
  const newId = idMaker(nowMs, randomBytes);
  return withTenant(db.app, tenant, async (tx) => {
    let moved = 0;
    // The common lock order, which avoids deadlocks.
    for (const courierId of [...new Set(rows.map((row) => row.courier_id))].sort()) {
      await lockCourier(tx, courierId);
    }
    for (const row of rows) {
      if (!(await endParcel(tx, row.id, 'handed_in', nowMs))) continue;
      moved += 1;
      await insertNotice(tx, tenant, {
        id: newId(),
        courierId: row.courier_id,
        kind: 'taken_off',
        atMs: nowMs,
        shipmentId: row.shipment_id,
        trackingNumber: row.tracking_number,
      });
    }
    return moved;
  });
}
