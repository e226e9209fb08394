import type { Tenant } from '../../../kernel/tenant.ts';
import {
  type Transaction,
  together,
  withTransaction,
} from '../../../platform/database/database.ts';
import { seal } from '../../../platform/sealing/sealing.ts';
import type { CourierMachines } from '../deps.ts';
import type { ParcelAddress, ParcelInfo } from '../parcel-info.ts';
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
import { addressHash, idMaker, Stops } from './route.ts';

/** A parcel for a courier to collect and deliver. */
export interface AssignedParcel {
  readonly shipmentId: string;
  readonly trackingNumber: string;
  /** The address it goes to. */
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
  /** Whether a dispatcher assigns it: then shift and capacity do not matter. */
  readonly force: boolean;
  /** The default capacity of a vehicle, used when the courier's own is unknown; null: no limit. */
  readonly parcelsOf: ((vehicle: Vehicle) => number) | null;
}

/**
 * Appends parcels that nobody has to couriers' routes, with a few statements for all of them;
 * returns the outcome of each, in order. A courier who gets several receives them in the given
 * order. Part of the caller's transaction, in the pipeline's role. Locks ensure that concurrent
 * assignments never exceed a courier's capacity; a courier off shift gets nothing.
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
  const { couriers, owners, routes } = await lockAndRead(tx, tenant, wanted, nowMs);
  const couriersById = new Map(couriers.map((row) => [row.id, toCourier(keyring, row, nowMs)]));
  // Ids made in one millisecond would be in random order, and routes are driven in id order: sort
  // them.
  const ids = wanted.map(newId).sort();
  const stops = new Map<string, Stops>();
  const given = new Map<string, number>();
  const rows: (NewCourierParcel & { readonly index: number })[] = [];
  const outcomes = wanted.map((each, index): AssignOutcome => {
    const { courierId, parcel } = each;
    const courier = couriersById.get(courierId);
    if (courier?.merchantId !== tenant.merchantId || courier.mode !== tenant.mode) {
      return { kind: 'no_such_courier' };
    }
    const owner = owners.get(parcel.trackingNumber);
    if (owner !== undefined) return { kind: owner === courierId ? 'done' : 'taken' };
    const refusal = refusalOf(each, courier, given.get(courierId) ?? 0);
    if (refusal !== null) return refusal;
    given.set(courierId, (given.get(courierId) ?? 0) + 1);
    owners.set(parcel.trackingNumber, courierId);
    const ownStops = stops.get(courierId) ?? new Stops(routes.get(courierId) ?? [], newId);
    stops.set(courierId, ownStops);
    const id = ids[index] ?? newId();
    const hash = addressHash(key, tenant, parcel.address);
    const notes = parcel.notes === null ? null : Buffer.from(parcel.notes, 'utf8');
    rows.push({
      index,
      id,
      courierId,
      shipmentId: parcel.shipmentId,
      place: null,
      locked: false,
      trackingNumber: parcel.trackingNumber,
      stopId: ownStops.at(hash),
      addressHash: hash,
      windowFromMs: parcel.window?.fromMs ?? null,
      windowToMs: parcel.window?.toMs ?? null,
      notes: notes && seal(keyring, notes, notesBoundTo(id)),
      assignedAtMs: nowMs,
      heldSinceMs: null,
    });
    return { kind: 'done' };
  });
  const made = new Set(await insertCourierParcels(tx, tenant, rows));
  for (const { index, id } of rows) if (!made.has(id)) outcomes[index] = { kind: 'taken' };
  return outcomes;
}

/**
 * Appends a dispatcher's choice of parcels to a courier's route; returns the outcome of each, in
 * order. Parcels must be the tenant's own couriers'.
 */
export async function assignChosen(
  deps: CourierMachines,
  tenant: Tenant,
  courierId: string,
  parcels: readonly ParcelInfo[],
): Promise<AssignOutcome[]> {
  const wanted = parcels.map(({ shipmentId, trackingNumber, address }): ParcelFor => {
    const parcel = { shipmentId, trackingNumber, address, window: null, notes: null };
    return { courierId, parcel, force: true, parcelsOf: null };
  });
  return withTransaction(deps.db.pipeline, (tx) => assignParcels(deps, tx, tenant, wanted));
}

/**
 * Reads and locks couriers and parcels until the transaction ends: couriers first, each in order of
 * id.
 */
async function lockAndRead(
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
    const rows = routes.get(row.courierId) ?? [];
    rows.push(row);
    routes.set(row.courierId, rows);
  }
  const open = await owning;
  const owners = new Map(open.map((row) => [row.trackingNumber, row.courierId]));
  return { couriers: await reading, owners, routes };
}

/**
 * Why a courier cannot be given a parcel; null: it can be.
 * @param given how many this call has already given to the courier.
 */
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
