import type { ParcelEnd } from '../../../kernel/custody.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import {
  queryAny,
  queryColumn,
  queryCount,
  queryRow,
  queryRows,
} from '../../../platform/database/query-rows.ts';
import type { Rows } from '../../../platform/database/rows.gen.ts';

/** A parcel that is planned for a courier, held, or done. */
export type CourierParcelRow = Rows['courier_parcels'];

/** Binds a courier's notes to their row, so that they open in no other. */
export function notesBoundTo(id: string): string {
  return `courier parcel ${id} notes`;
}

const COLUMNS = `id, merchant_id, mode, courier_id, shipment_id, tracking_number, stop_id,
  address_hash, place, locked, window_from, window_to, notes, assigned_at, held_since,
  reopened_at, done_at, done_why`;

/** A courier's parcels that are not done, and those done since the given time. */
export async function routeOf(
  db: Queryable,
  courierId: string,
  doneSinceMs: number,
): Promise<CourierParcelRow[]> {
  return queryRows<CourierParcelRow>(db, {
    name: 'courier_route',
    text: `select ${COLUMNS} from courier_parcels
           where courier_id = $1 and (done_at is null or done_at >= to_timestamp($2 / 1000.0))
           order by place nulls last, held_since desc nulls first, id`,
    values: [courierId, doneSinceMs],
  });
}

/** `routeOf` for several couriers, each in the courier's order. */
export async function routesOf(
  db: Queryable,
  courierIds: readonly string[],
  doneSinceMs: number,
): Promise<CourierParcelRow[]> {
  return queryRows<CourierParcelRow>(db, {
    name: 'couriers_routes',
    text: `select ${COLUMNS} from courier_parcels
           where courier_id = any($1::uuid[])
             and (done_at is null or done_at >= to_timestamp($2 / 1000.0))
           order by courier_id, place nulls last, held_since desc nulls first, id`,
    values: [courierIds, doneSinceMs],
  });
}

/**
 * The parcels with these numbers that are not done, of any courier; locked until the transaction
 * ends.
 */
export async function lockOpen(
  db: Queryable,
  { merchantId, mode }: Tenant,
  numbers: readonly string[],
): Promise<CourierParcelRow[]> {
  return queryRows<CourierParcelRow>(db, {
    name: 'lock_open_parcels',
    text: `select ${COLUMNS} from courier_parcels
           where merchant_id = $1 and mode = $2 and tracking_number = any($3::text[])
             and done_at is null
           order by id for update`,
    values: [merchantId, mode, numbers],
  });
}

/** Locks one parcel and returns it; null: it is done. */
export async function lockParcel(db: Queryable, id: string): Promise<CourierParcelRow | null> {
  return queryRow<CourierParcelRow>(
    db,
    `select ${COLUMNS} from courier_parcels where id = $1 and done_at is null for update`,
    [id],
  );
}

/** The periods in which the courier has or had parcels with these numbers, newest first. */
export async function periodsOfCourier(
  db: Queryable,
  courierId: string,
  { merchantId, mode }: Tenant,
  numbers: readonly string[],
): Promise<CourierParcelRow[]> {
  return queryRows<CourierParcelRow>(
    db,
    `select ${COLUMNS} from courier_parcels
     where merchant_id = $1 and mode = $2 and tracking_number = any($3::text[]) and courier_id = $4
       and held_since is not null
     order by held_since desc limit 2000`,
    [merchantId, mode, numbers, courierId],
  );
}

export interface NewCourierParcel {
  readonly id: string;
  readonly courierId: string;
  readonly shipmentId: string | null;
  readonly trackingNumber: string;
  readonly stopId: string;
  readonly addressHash: Uint8Array | null;
  readonly place: number | null;
  readonly locked: boolean;
  readonly windowFromMs: number | null;
  readonly windowToMs: number | null;
  readonly notes: Uint8Array | null;
  readonly assignedAtMs: number;
  readonly heldSinceMs: number | null;
}

/** Inserts a parcel. Returns false if another courier has an open parcel with this number. */
export function insertCourierParcel(
  db: Queryable,
  { merchantId, mode }: Tenant,
  parcel: NewCourierParcel,
): Promise<boolean> {
  return queryAny(
    db,
    `insert into courier_parcels (id, merchant_id, mode, courier_id, shipment_id, tracking_number,
       stop_id, address_hash, place, locked, window_from, window_to, notes, assigned_at, held_since)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, to_timestamp($11::float8 / 1000.0),
       to_timestamp($12::float8 / 1000.0), $13, to_timestamp($14::float8 / 1000.0),
       to_timestamp($15::float8 / 1000.0))
     on conflict (merchant_id, mode, tracking_number) where done_at is null do nothing`,
    [
      parcel.id,
      merchantId,
      mode,
      parcel.courierId,
      parcel.shipmentId,
      parcel.trackingNumber,
      parcel.stopId,
      parcel.addressHash,
      parcel.place,
      parcel.locked,
      parcel.windowFromMs,
      parcel.windowToMs,
      parcel.notes,
      parcel.assignedAtMs,
      parcel.heldSinceMs,
    ],
  );
}

/**
 * Returns the ids of the inserted rows; for the other numbers a courier already has an open
 * parcel.
 */
export async function insertCourierParcels(
  db: Queryable,
  { merchantId, mode }: Tenant,
  parcels: readonly NewCourierParcel[],
): Promise<string[]> {
  if (parcels.length === 0) return [];
  const of = <T>(value: (parcel: NewCourierParcel) => T) => parcels.map(value);
  return queryColumn<string>(db, {
    name: 'insert_courier_parcels',
    text: `insert into courier_parcels (id, merchant_id, mode, courier_id, shipment_id,
             tracking_number, stop_id, address_hash, place, locked, window_from, window_to, notes,
             assigned_at, held_since)
           select u.id, $1, $2, u.courier, u.shipment, u.number, u.stop, u.hash, u.place, u.locked,
             to_timestamp(u.window_from / 1000.0), to_timestamp(u.window_to / 1000.0), u.notes,
             to_timestamp(u.assigned / 1000.0), to_timestamp(u.held / 1000.0)
           from unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::uuid[], $8::bytea[],
             $9::int[], $10::boolean[], $11::float8[], $12::float8[], $13::bytea[], $14::float8[],
             $15::float8[])
             as u(id, courier, shipment, number, stop, hash, place, locked, window_from, window_to,
               notes, assigned, held)
           on conflict (merchant_id, mode, tracking_number) where done_at is null do nothing
           returning id`,
    values: [
      merchantId,
      mode,
      of(({ id }) => id),
      of(({ courierId }) => courierId),
      of(({ shipmentId }) => shipmentId),
      of(({ trackingNumber }) => trackingNumber),
      of(({ stopId }) => stopId),
      of(({ addressHash }) => addressHash),
      of(({ place }) => place),
      of(({ locked }) => locked),
      of(({ windowFromMs }) => windowFromMs),
      of(({ windowToMs }) => windowToMs),
      of(({ notes }) => notes),
      of(({ assignedAtMs }) => assignedAtMs),
      of(({ heldSinceMs }) => heldSinceMs),
    ],
  });
}

/** A parcel's position on the list, and its stop. */
interface Placing {
  readonly courierId: string;
  readonly stopId: string;
  readonly place: number | null;
  readonly locked: boolean;
  readonly windowFromMs: number | null;
  readonly windowToMs: number | null;
  readonly notes: Uint8Array | null;
}

/** Puts a parcel that is not done at a position of a courier's list. */
export async function placeParcel(db: Queryable, id: string, to: Placing): Promise<void> {
  await db.query(
    `update courier_parcels set courier_id = $2, stop_id = $3, place = $4, locked = $5,
       window_from = to_timestamp($6::float8 / 1000.0),
       window_to = to_timestamp($7::float8 / 1000.0), notes = $8
     where id = $1 and done_at is null`,
    [id, to.courierId, to.stopId, to.place, to.locked, to.windowFromMs, to.windowToMs, to.notes],
  );
}

/**
 * Records that the courier holds a parcel from then on. A parcel planned for a colleague moves to
 * this courier's route.
 * @param to with the stop it joins; null: it keeps its stop.
 */
export async function holdParcel(
  db: Queryable,
  id: string,
  to: { readonly courierId: string; readonly stopId: string | null; readonly sinceMs: number },
): Promise<void> {
  await db.query(
    `update courier_parcels set courier_id = $2, stop_id = coalesce($3, stop_id),
       place = case when courier_id = $2 then place end,
       held_since = coalesce(held_since, to_timestamp($4::float8 / 1000.0))
     where id = $1 and done_at is null`,
    [id, to.courierId, to.stopId, to.sinceMs],
  );
}

/** Puts a parcel that is not done behind all others of its courier. */
export async function placeLast(
  db: Queryable,
  { merchantId, mode }: Tenant,
  trackingNumber: string,
): Promise<void> {
  await db.query(
    `update courier_parcels p set place = 1 + coalesce((
       select max(o.place) from courier_parcels o
       where o.courier_id = p.courier_id and o.done_at is null), 0)
     where merchant_id = $1 and mode = $2 and tracking_number = $3 and done_at is null`,
    [merchantId, mode, trackingNumber],
  );
}

/** Marks a parcel as done. Returns false if it already was. */
export function endParcel(
  db: Queryable,
  id: string,
  why: ParcelEnd,
  atMs: number,
): Promise<boolean> {
  return queryAny(
    db,
    `update courier_parcels set done_at = to_timestamp($3::float8 / 1000.0), done_why = $2
     where id = $1 and done_at is null`,
    [id, why, atMs],
  );
}

/**
 * Puts a parcel back in the courier's hands, because it was not delivered after all. Returns false
 * if another courier has it.
 */
export function reopenParcel(db: Queryable, id: string, atMs: number): Promise<boolean> {
  return queryAny(
    db,
    `update courier_parcels p set done_at = null, done_why = null,
       reopened_at = to_timestamp($2::float8 / 1000.0)
     where id = $1 and not exists (
       select from courier_parcels o where o.merchant_id = p.merchant_id and o.mode = p.mode
         and o.tracking_number = p.tracking_number and o.done_at is null)`,
    [id, atMs],
  );
}

/**
 * Links earlier scans of these numbers to the shipments now registered, so that they are shown and
 * erased with them. If a number occurs twice, the first shipment gets everything: scans made before
 * both belong to the earlier one.
 */
export async function adoptParcels(
  db: Queryable,
  registered: readonly {
    readonly tenant: Tenant;
    readonly shipmentId: string;
    readonly trackingNumber: string;
  }[],
): Promise<void> {
  if (registered.length === 0) return;
  const first = new Map<string, (typeof registered)[number]>();
  for (const each of registered) {
    const { tenant, trackingNumber } = each;
    const name = `${trackingNumber} ${tenant.merchantId} ${tenant.mode}`;
    if (!first.has(name)) first.set(name, each);
  }
  // Concurrent adoptions use the same order, so they cannot deadlock.
  const all = [...first].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, each]) => each);
  for (const table of ['courier_parcels', 'driver_events', 'courier_notices']) {
    await db.query({
      name: `adopt_${table}`,
      text: `update ${table} t set shipment_id = u.id
             from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[]) as u(merchant, mode, number, id)
             where t.merchant_id = u.merchant and t.mode = u.mode and t.tracking_number = u.number
               and t.shipment_id is null`,
      values: [
        all.map(({ tenant }) => tenant.merchantId),
        all.map(({ tenant }) => tenant.mode),
        all.map(({ trackingNumber }) => trackingNumber),
        all.map(({ shipmentId }) => shipmentId),
      ],
    });
  }
}

/** The open parcels of these shipments, of any courier. Needs the pipeline's role. */
export async function openOfShipments(
  db: Queryable,
  shipmentIds: readonly string[],
): Promise<CourierParcelRow[]> {
  if (shipmentIds.length === 0) return [];
  return queryRows<CourierParcelRow>(db, {
    name: 'open_parcels_of_shipments',
    text: `select ${COLUMNS} from courier_parcels
           where shipment_id = any($1::uuid[]) and done_at is null order by id`,
    values: [shipmentIds],
  });
}

/** The couriers of a shipment, oldest first: planned, current and past. */
export async function parcelsOfShipment(
  db: Queryable,
  shipmentId: string,
  limit: number,
): Promise<CourierParcelRow[]> {
  return queryRows<CourierParcelRow>(db, {
    name: 'courier_parcels_of_shipment',
    text: `select ${COLUMNS} from courier_parcels where shipment_id = $1
           order by coalesce(held_since, assigned_at), id limit $2`,
    values: [shipmentId, limit],
  });
}

/** Those of these shipments that a courier holds or held. */
export async function everHeld(
  db: Queryable,
  shipmentIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (shipmentIds.length === 0) return new Set();
  return new Set(
    await queryColumn<string>(db, {
      name: 'parcels_ever_held',
      text: `select distinct shipment_id as id from courier_parcels
           where shipment_id = any($1::uuid[]) and held_since is not null`,
      values: [shipmentIds],
    }),
  );
}

/** Deletes everything that couriers recorded about an erased shipment. */
export async function eraseOfShipment(db: Queryable, shipmentId: string): Promise<void> {
  for (const text of [
    'delete from courier_parcels where shipment_id = $1',
    'delete from driver_events where shipment_id = $1',
    'delete from courier_notices where shipment_id = $1',
    'update courier_silences set shipment_id = null where shipment_id = $1',
  ]) {
    await db.query(text, [shipmentId]);
  }
}

/** Deletes at most `limit` parcels that were done before then; returns how many. */
export function dropDoneBefore(db: Queryable, beforeMs: number, limit: number): Promise<number> {
  return queryCount(
    db,
    `delete from courier_parcels where id in (
       select id from courier_parcels where done_at < to_timestamp($1 / 1000.0) limit $2)`,
    [beforeMs, limit],
  );
}
