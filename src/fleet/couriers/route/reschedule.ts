import { DateTime } from 'luxon';
import type { Tenant } from '../../../kernel/tenant.ts';
import { withTenant } from '../../../platform/database/database.ts';
import { seal } from '../../../platform/sealing/sealing.ts';
import type { CourierMachines } from '../deps.ts';
import type { Parcels } from '../parcel-info.ts';
import { courierById } from '../people/couriers.sql.ts';
import { endParcel, lockOpen, notesBoundTo, placeParcel } from './courier-parcels.sql.ts';
import { insertNotice } from './notices.sql.ts';
import { idMaker } from './stops.ts';

/** Another day for a parcel. */
export interface NewDay {
  readonly trackingNumber: string;
  /** `YYYY-MM-DD` at the destination. */
  readonly date: string;
  /** For the courier; null: none. */
  readonly instructions: string | null;
}

/**
 * Takes a parcel off its route because the recipient requested another day, and notifies the
 * courier. One that is already in the van moves to the end, with that day as its window, and is to
 * be brought back. False: it was on no route, so nobody needs a notice.
 */
export async function reschedule(
  { db, keyring, clock, randomBytes, parcels }: CourierMachines & { readonly parcels: Parcels },
  tenant: Tenant,
  { trackingNumber, date, instructions }: NewDay,
): Promise<boolean> {
  const [info] = await parcels.byNumbers(tenant, [trackingNumber]);
  return withTenant(db.app, tenant, async (tx) => {
    const [row] = await lockOpen(tx, tenant, [trackingNumber]);
    if (row === undefined) return false;
    const nowMs = clock.nowMs();
    if (row.held_since === null) {
      await endParcel(tx, row.id, 'rescheduled', nowMs);
    } else {
      const courier = await courierById(tx, row.courier_id);
      const zone = info?.timeZone ?? courier?.time_zone ?? 'UTC';
      const day = DateTime.fromISO(date, { zone });
      const notes =
        instructions === null
          ? row.notes
          : seal(keyring, Buffer.from(instructions, 'utf8'), notesBoundTo(row.id));
      await placeParcel(tx, row.id, {
        courierId: row.courier_id,
        stopId: row.stop_id,
        place: null,
        locked: row.locked,
        windowFromMs: day.startOf('day').toMillis(),
        windowToMs: day.endOf('day').toMillis(),
        notes,
      });
    }
    await insertNotice(tx, tenant, {
      id: idMaker(nowMs, randomBytes)(),
      courierId: row.courier_id,
      kind: 'rescheduled',
      atMs: nowMs,
      shipmentId: row.shipment_id,
      trackingNumber,
      wantedOn: date,
    });
    return true;
  });
}
