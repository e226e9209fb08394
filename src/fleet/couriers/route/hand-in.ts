import { DateTime } from 'luxon';
import type { Scan } from '../../../intake/index.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { type Transaction, withTenant } from '../../../platform/database/database.ts';
import { seal } from '../../../platform/sealing/sealing.ts';
import type { CourierMachines, EventsDeps } from '../deps.ts';
import type { Parcels } from '../parcel-info.ts';
import { courierById, lockCourier } from '../people/couriers.sql.ts';
import {
  type CourierParcelRow,
  endParcel,
  holdParcel,
  lockOpen,
  notesBoundTo,
  placeParcel,
  routeOf,
} from './courier-parcels.sql.ts';
import { insertNotice } from './notices.sql.ts';
import { idMaker } from './route.ts';

export type HandInOutcome =
  | { readonly kind: 'done'; readonly moved: number }
  | { readonly kind: 'not_found' }
  /** The courier does not have these. */
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
    return rows.filter(({ heldSinceMs: since }) => since !== null);
  });
  if (held === null) return { kind: 'not_found' };
  const heldIds = new Set(held.map(({ shipmentId: id }) => id));
  const missing = (what.shipmentIds ?? []).filter((id) => !heldIds.has(id));
  if (missing.length > 0) return { kind: 'not_there', shipmentIds: missing };
  const wanted = what.shipmentIds === null ? null : new Set<string | null>(what.shipmentIds);
  const rows = held.filter(({ shipmentId: id }) => wanted === null || wanted.has(id));
  const sender = { tenant, facilityCodes: null, clockOffsetMs: null };
  const scans = rows.map((row) => ({ scan: toArrivalScan(row, what.facilityCode, nowMs) }));
  const results = rows.length === 0 ? [] : await deps.scans.take(sender, scans);
  const handedIn = rows.filter((_, index) => results[index]?.outcome !== 'rejected');
  return { kind: 'done', moved: await endHeld(deps, tenant, handedIn, nowMs) };
}

function toArrivalScan(row: CourierParcelRow, facilityCode: string, nowMs: number): Scan {
  return {
    tracking_number: row.trackingNumber,
    code: 'ARRIVE',
    scanned_at: new Date(nowMs).toISOString(),
    facility_code: facilityCode,
    employee_id: wireId('courier', row.courierId),
  };
}

/** Ends the custody of these parcels and notifies their couriers; returns how many it ended. */
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
    for (const courierId of [...new Set(rows.map((row) => row.courierId))].sort()) {
      await lockCourier(tx, courierId);
    }
    for (const row of rows) {
      if (!(await endParcel(tx, row.id, 'handed_in', nowMs))) continue;
      moved += 1;
      await insertNotice(tx, tenant, {
        id: newId(),
        courierId: row.courierId,
        kind: 'taken_off',
        atMs: nowMs,
        shipmentId: row.shipmentId,
        trackingNumber: row.trackingNumber,
      });
    }
    return moved;
  });
}

export type ReleaseOutcome = 'released' | 'held' | 'not_there';

/**
 * Takes a parcel off the route it is on and, if `notifies`, notifies that courier. A parcel in hand
 * stays: only a handover moves it. Part of the caller's transaction.
 * @param from only from this courier; null: from any.
 */
export async function releaseParcel(
  { clock, randomBytes }: Pick<CourierMachines, 'clock' | 'randomBytes'>,
  tx: Transaction,
  tenant: Tenant,
  trackingNumber: string,
  { from, notifies }: { readonly from: string | null; readonly notifies: boolean },
): Promise<ReleaseOutcome> {
  const [open] = await lockOpen(tx, tenant, [trackingNumber]);
  if (open === undefined || (from !== null && open.courierId !== from)) return 'not_there';
  if (open.heldSinceMs !== null) return 'held';
  const nowMs = clock.nowMs();
  await endParcel(tx, open.id, 'taken_off', nowMs);
  if (notifies) {
    await insertNotice(tx, tenant, {
      id: idMaker(nowMs, randomBytes)(),
      courierId: open.courierId,
      kind: 'taken_off',
      atMs: nowMs,
      shipmentId: open.shipmentId,
      trackingNumber,
    });
  }
  return 'released';
}

/** The courier who has the parcel on the route or in hand; null: nobody. Locks the row. */
export async function ownerOf(
  tx: Transaction,
  tenant: Tenant,
  trackingNumber: string,
): Promise<{ readonly courierId: string; readonly isHeld: boolean } | null> {
  const [open] = await lockOpen(tx, tenant, [trackingNumber]);
  return open === undefined
    ? null
    : { courierId: open.courierId, isHeld: open.heldSinceMs !== null };
}

/**
 * Records, by the merchant's order, that the courier of a parcel holds it from then on. Returns
 * false if it is on no route.
 */
export async function holdAssigned(
  tx: Transaction,
  tenant: Tenant,
  trackingNumber: string,
  sinceMs: number,
): Promise<boolean> {
  const [open] = await lockOpen(tx, tenant, [trackingNumber]);
  if (open === undefined) return false;
  await holdParcel(tx, open.id, { courierId: open.courierId, stopId: null, sinceMs });
  return true;
}

/** Records that the courier of a parcel has delivered it. */
export async function endDelivered(
  tx: Transaction,
  tenant: Tenant,
  trackingNumber: string,
  atMs: number,
): Promise<void> {
  const [open] = await lockOpen(tx, tenant, [trackingNumber]);
  if (open !== undefined) await endParcel(tx, open.id, 'delivered', atMs);
}

/** A request to deliver a parcel on another day. */
export interface NewDay {
  readonly trackingNumber: string;
  /** `YYYY-MM-DD` at the destination. */
  readonly date: string;
  /** The instructions for the courier; null: none. */
  readonly instructions: string | null;
}

/**
 * Takes a parcel off its route because the recipient requested another day, and notifies the
 * courier. A parcel that is already in the van moves to the end of the route, with that day as its
 * window, and is to be brought back. Returns false if it was on no route, so that nobody needs a
 * notice.
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
    if (row.heldSinceMs === null) {
      await endParcel(tx, row.id, 'rescheduled', nowMs);
    } else {
      const courier = await courierById(tx, row.courierId);
      const zone = info?.timeZone ?? courier?.timeZone ?? 'UTC';
      const day = DateTime.fromISO(date, { zone });
      const notes =
        instructions === null
          ? row.notes
          : seal(keyring, Buffer.from(instructions, 'utf8'), notesBoundTo(row.id));
      await placeParcel(tx, row.id, {
        courierId: row.courierId,
        stopId: row.stopId,
        place: null,
        locked: row.locked,
        windowFromMs: day.startOf('day').toMillis(),
        windowToMs: day.endOf('day').toMillis(),
        notes,
      });
    }
    await insertNotice(tx, tenant, {
      id: idMaker(nowMs, randomBytes)(),
      courierId: row.courierId,
      kind: 'rescheduled',
      atMs: nowMs,
      shipmentId: row.shipmentId,
      trackingNumber,
      wantedOn: date,
    });
    return true;
  });
}
