import type { Tenant } from '../../kernel/tenant.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { seal } from '../../platform/sealing/sealing.ts';
import type { CourierMachines } from '../deps.ts';
import type { ParcelAddress } from '../parcel-info.ts';
import type { Vehicle } from '../people/courier.ts';
import { courierById, lockCourier } from '../people/couriers.sql.ts';
import { toCourier } from '../people/couriers.ts';
import {
  endParcel,
  holdParcel,
  insertCourierParcel,
  lockOpen,
  notesBoundTo,
  routeOf,
} from './courier-parcels.sql.ts';
import { insertNotice } from './notices.sql.ts';
import { addressHash, idMaker, Stops } from './stops.ts';

/** A parcel that a courier is to fetch and bring. */
export interface AssignedParcel {
  readonly shipmentId: string;
  readonly trackingNumber: string;
  /** Where it goes. */
  readonly address: ParcelAddress;
  readonly window: { readonly fromMs: number; readonly toMs: number } | null;
  readonly notes: string | null;
}

export type AssignOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'no_such_courier' }
  | { readonly kind: 'off_shift' }
  | { readonly kind: 'full'; readonly has: number; readonly capacity: number }
  /** It is on a colleague's route. */
  | { readonly kind: 'taken' };

/**
 * Puts a parcel that nobody has on a courier's route, behind what is there. Part of the caller's
 * transaction, in the pipeline's role. That a courier is never given more than the capacity holds
 * whoever assigns at the same moment; a courier who is off shift gets nothing.
 *
 * @param options.force a dispatcher says so: shift and capacity are not looked at.
 * @param options.parcelsOf the capacity of a vehicle, where the courier's is not said; null: there is no limit.
 */
export async function assignParcel(
  { keyring, clock, randomBytes, recognition }: Omit<CourierMachines, 'db'>,
  tx: Transaction,
  tenant: Tenant,
  courierId: string,
  parcel: AssignedParcel,
  options: {
    readonly force: boolean;
    readonly parcelsOf: ((vehicle: Vehicle) => number) | null;
  },
): Promise<AssignOutcome> {
  const key = await recognition();
  if (!(await lockCourier(tx, courierId))) return { kind: 'no_such_courier' };
  const row = await courierById(tx, courierId);
  if (row === null || row.merchant_id !== tenant.merchantId || row.mode !== tenant.mode) {
    return { kind: 'no_such_courier' };
  }
  const nowMs = clock.nowMs();
  const courier = toCourier(keyring, row, nowMs);
  const [open] = await lockOpen(tx, tenant, [parcel.trackingNumber]);
  if (open !== undefined) {
    return open.courier_id === courierId ? { kind: 'done' } : { kind: 'taken' };
  }
  const capacity = courier.capacityParcels ?? options.parcelsOf?.(courier.vehicle) ?? null;
  if (!options.force) {
    if (!courier.onShift) return { kind: 'off_shift' };
    if (capacity !== null && courier.assigned >= capacity) {
      return { kind: 'full', has: courier.assigned, capacity };
    }
  }
  const newId = idMaker(nowMs, randomBytes);
  const id = newId();
  const stops = new Stops(await routeOf(tx, courierId, nowMs + 1), newId);
  const hash = addressHash(key, tenant, parcel.address);
  const isNew = await insertCourierParcel(tx, tenant, {
    ...{ id, courierId, shipmentId: parcel.shipmentId, trackingNumber: parcel.trackingNumber },
    ...{ stopId: stops.at(hash), addressHash: hash, place: null, locked: false },
    windowFromMs: parcel.window?.fromMs ?? null,
    windowToMs: parcel.window?.toMs ?? null,
    notes:
      parcel.notes === null
        ? null
        : seal(keyring, Buffer.from(parcel.notes, 'utf8'), notesBoundTo(id)),
    ...{ assignedAtMs: nowMs, heldSinceMs: null },
  });
  return isNew ? { kind: 'done' } : { kind: 'taken' };
}

export type ReleaseOutcome = 'released' | 'held' | 'not_there';

/**
 * Takes a parcel off whoever's route it is on, and tells that courier. Who has it in hand keeps it:
 * only a handover takes it away. Part of the caller's transaction.
 *
 * @param from only from this courier; null: from whomever.
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
      ...{ id: idMaker(nowMs, randomBytes)(), courierId: open.courier_id, kind: 'taken_off' },
      ...{ atMs: nowMs, shipmentId: open.shipment_id, trackingNumber },
    });
  }
  return 'released';
}

/** Whose it is now; null: nobody's. */
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

/** Its courier has it from then on, as the merchant says. False: it is on nobody's route. */
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
