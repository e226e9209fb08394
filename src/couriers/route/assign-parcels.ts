import type { Tenant } from '../../kernel/tenant.ts';
import { type Transaction, together } from '../../platform/database/database.ts';
import { seal } from '../../platform/sealing/sealing.ts';
import type { CourierMachines } from '../deps.ts';
import type { ParcelAddress } from '../parcel-info.ts';
import type { Courier, Vehicle } from '../people/courier.ts';
import { couriersByIds, lockCouriers } from '../people/couriers.sql.ts';
import { toCourier } from '../people/couriers.ts';
import {
  type CourierParcelRow,
  insertCourierParcels,
  lockOpen,
  type NewCourierParcel,
  notesBoundTo,
  routesOf,
} from './courier-parcels.sql.ts';
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

export interface ParcelFor {
  readonly courierId: string;
  readonly parcel: AssignedParcel;
  /** A dispatcher says so: shift and capacity are not looked at. */
  readonly force: boolean;
  /** The capacity of a vehicle, where the courier's is not said; null: there is no limit. */
  readonly parcelsOf: ((vehicle: Vehicle) => number) | null;
}

/**
 * Puts parcels that nobody has on couriers' routes, each behind what is there, with a few statements for all of
 * them; answers what became of each, in their order. Who is given several gets them in the order given. Part of
 * the caller's transaction, in the pipeline's role. That a courier is never given more than the capacity holds
 * whoever assigns at the same moment; a courier who is off shift gets nothing.
 */
export async function assignParcels(
  { keyring, clock, randomBytes, recognition }: Omit<CourierMachines, 'db'>,
  tx: Transaction,
  tenant: Tenant,
  wanted: readonly ParcelFor[],
): Promise<AssignOutcome[]> {
  if (wanted.length === 0) return [];
  const key = await recognition();
  const nowMs = clock.nowMs();
  const newId = idMaker(nowMs, randomBytes);
  const { couriers, owners, routes } = await readAround(tx, tenant, wanted, nowMs);
  const known = new Map(couriers.map((row) => [row.id, toCourier(keyring, row, nowMs)]));
  // Made in one millisecond they would be in any order, and a route is driven in the order of its parcels.
  const ids = wanted.map(newId).sort();
  const stops = new Map<string, Stops>();
  const given = new Map<string, number>();
  const rows: (NewCourierParcel & { readonly nr: number })[] = [];
  const outcomes = wanted.map((each, nr): AssignOutcome => {
    const { courierId, parcel } = each;
    const courier = known.get(courierId);
    if (courier?.merchantId !== tenant.merchantId || courier.mode !== tenant.mode) {
      return { kind: 'no_such_courier' };
    }
    const owner = owners.get(parcel.trackingNumber);
    if (owner !== undefined) return { kind: owner === courierId ? 'done' : 'taken' };
    const refusal = refusalOf(each, courier, given.get(courierId) ?? 0);
    if (refusal !== null) return refusal;
    given.set(courierId, (given.get(courierId) ?? 0) + 1);
    owners.set(parcel.trackingNumber, courierId);
    const mine = stops.get(courierId) ?? new Stops(routes.get(courierId) ?? [], newId);
    stops.set(courierId, mine);
    const id = ids[nr] ?? newId();
    const hash = addressHash(key, tenant, parcel.address);
    const notes = parcel.notes === null ? null : Buffer.from(parcel.notes, 'utf8');
    rows.push({
      ...{ nr, id, courierId, shipmentId: parcel.shipmentId, place: null, locked: false },
      ...{ trackingNumber: parcel.trackingNumber, stopId: mine.at(hash), addressHash: hash },
      windowFromMs: parcel.window?.fromMs ?? null,
      windowToMs: parcel.window?.toMs ?? null,
      notes: notes && seal(keyring, notes, notesBoundTo(id)),
      ...{ assignedAtMs: nowMs, heldSinceMs: null },
    });
    return { kind: 'done' };
  });
  const made = new Set(await insertCourierParcels(tx, tenant, rows));
  for (const { nr, id } of rows) if (!made.has(id)) outcomes[nr] = { kind: 'taken' };
  return outcomes;
}

/** Couriers and parcels are held until the end of the transaction, couriers first, each by id. */
async function readAround(
  tx: Transaction,
  tenant: Tenant,
  wanted: readonly ParcelFor[],
  nowMs: number,
) {
  const ids = [...new Set(wanted.map(({ courierId }) => courierId))];
  const numbers = wanted.map(({ parcel }) => parcel.trackingNumber);
  const locking = lockCouriers(tx, ids);
  const reading = couriersByIds(tx, ids);
  const owning = lockOpen(tx, tenant, numbers);
  const routing = routesOf(tx, ids, nowMs + 1);
  await together([locking, reading, owning, routing]);
  const routes = new Map<string, CourierParcelRow[]>();
  for (const row of await routing) {
    const mine = routes.get(row.courier_id) ?? [];
    mine.push(row);
    routes.set(row.courier_id, mine);
  }
  const open = await owning;
  const owners = new Map(open.map((row) => [row.tracking_number, row.courier_id]));
  return { couriers: await reading, owners, routes };
}

/** @param given with those of the same call before it. */
function refusalOf(
  { force, parcelsOf }: ParcelFor,
  courier: Courier,
  given: number,
): AssignOutcome | null {
  if (force) return null;
  if (!courier.onShift) return { kind: 'off_shift' };
  const capacity = courier.capacityParcels ?? parcelsOf?.(courier.vehicle) ?? null;
  const has = courier.assigned + given;
  return capacity !== null && has >= capacity ? { kind: 'full', has, capacity } : null;
}
