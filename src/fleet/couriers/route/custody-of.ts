import type { CustodyPeriod } from '../../../kernel/custody.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { withTenant } from '../../../platform/database/database.ts';
import type { CourierMachines } from '../deps.ts';
import { courierById } from '../people/couriers.sql.ts';
import { openCourier } from '../people/couriers.ts';
import { parcelsOfShipment } from './courier-parcels.sql.ts';

/** Limit of what is read; a parcel changes hands only a few times. */
const PERIODS_MAX = 100;

/** The custody of a parcel, oldest first: planned, current and past, over the last few months. */
export async function custodyOf(
  { db, keyring }: Pick<CourierMachines, 'db' | 'keyring'>,
  tenant: Tenant,
  shipmentId: string,
): Promise<CustodyPeriod[]> {
  return withTenant(db.app, tenant, async (tx) => {
    const rows = await parcelsOfShipment(tx, shipmentId, PERIODS_MAX);
    const names = new Map<string, string>();
    for (const id of new Set(rows.map(({ courier_id: id }) => id))) {
      const courier = await courierById(tx, id);
      if (courier !== null) names.set(id, openCourier(keyring, courier).name);
    }
    return rows.map((row) => ({
      courierId: row.courier_id,
      name: names.get(row.courier_id) ?? null,
      assignedAtMs: row.assigned_at.getTime(),
      heldSinceMs: row.held_since?.getTime() ?? null,
      doneAtMs: row.done_at?.getTime() ?? null,
      doneWhy: row.done_why,
    }));
  });
}
