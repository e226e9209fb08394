import type { Tenant } from '../../../kernel/tenant.ts';
import type { Transaction } from '../../../platform/database/database.ts';
import type { CourierMachines } from '../deps.ts';
import { endParcel, holdParcel, lockOpen } from './courier-parcels.sql.ts';
import { insertNotice } from './notices.sql.ts';
import { idMaker } from './stops.ts';

export type ReleaseOutcome = 'released' | 'held' | 'not_there';

/**
 * Takes a parcel off the route it is on and notifies that courier. A parcel in hand stays: only a
 * handover moves it. Part of the caller's transaction.
 *
 * @param from only from this courier; null: from any.
 */
export async function releaseParcel(
  { clock, randomBytes }: Pick<CourierMachines, 'clock' | 'randomBytes'>,
  tx: Transaction,
  tenant: Tenant,
  trackingNumber: string,
  { from, tells }: { readonly from: string | null; readonly tells: boolean },
): Promise<ReleaseOutcome> {
  const [open] = await lockOpen(tx, tenant, [trackingNumber]);
  if (open === undefined || (from !== null && open.courier_id !== from)) return 'not_there';
  if (open.held_since !== null) return 'held';
  const nowMs = clock.nowMs();
  await endParcel(tx, open.id, 'taken_off', nowMs);
  if (tells) {
    await insertNotice(tx, tenant, {
      id: idMaker(nowMs, randomBytes)(),
      courierId: open.courier_id,
      kind: 'taken_off',
      atMs: nowMs,
      shipmentId: open.shipment_id,
      trackingNumber,
    });
  }
  return 'released';
}

/** The courier who has it on the route; null: nobody. */
export async function ownerOf(
  tx: Transaction,
  tenant: Tenant,
  trackingNumber: string,
): Promise<{ readonly courierId: string; readonly isHeld: boolean } | null> {
  const [open] = await lockOpen(tx, tenant, [trackingNumber]);
  return open === undefined
    ? null
    : { courierId: open.courier_id, isHeld: open.held_since !== null };
}

/** Its courier holds it from then on, by the merchant's order. False: it is on no route. */
export async function holdAssigned(
  tx: Transaction,
  tenant: Tenant,
  trackingNumber: string,
  sinceMs: number,
): Promise<boolean> {
  const [open] = await lockOpen(tx, tenant, [trackingNumber]);
  if (open === undefined) return false;
  await holdParcel(tx, open.id, { courierId: open.courier_id, stopId: null, sinceMs });
  return true;
}
