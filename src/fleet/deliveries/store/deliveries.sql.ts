import type { Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { queryAny, queryRow, queryRows, type Row } from '../../../platform/database/query-rows.ts';
import type { Rows } from '../../../platform/database/rows.gen.ts';
import { IS_REAL } from '../../couriers/index.ts';
import type { PackageSize } from '../../dispatch/index.ts';

export type AssignedHow = NonNullable<Rows['deliveries']['assignedHow']>;

/** A delivery. Its `pauseId` is from the matcher's last pass; a view queries the pauses themselves. */
export type DeliveryRow = Omit<
  Rows['deliveries'],
  'custody' | 'custodySinceMs' | 'custodyAnnounced' | 'endedAtMs'
>;

/** The channel that notifies processes that a delivery looks for a courier. */
export const DELIVERIES_CHANNEL = 'waybill_deliveries';

const COLUMNS = `d.shipment_id, d.merchant_id, d.mode, d.details, d.package_size, d.weight_g, d.state,
  d.courier_id, d.assigned_at, d.assigned_how, d.created_at, d.ready_at, d.pickup_from, d.pickup_to,
  d.delivery_from, d.delivery_to, d.pickup_at, d.arrival_at, d.opened_at, d.rounds, d.match_at,
  d.queued_at, d.pause_id`;

export interface NewDeliveryRow {
  readonly shipmentId: string;
  readonly details: Uint8Array;
  readonly packageSize: PackageSize;
  readonly weightG: number | null;
  readonly nowMs: number;
  readonly readyMs: number;
  readonly pickup: { readonly fromMs: number | null; readonly toMs: number | null };
  readonly delivery: { readonly fromMs: number | null; readonly toMs: number | null };
  readonly pickupAtMs: number;
  readonly arrivalAtMs: number;
  readonly nextPassAtMs: number;
}

export async function insertDeliveries(
  db: Queryable,
  { merchantId, mode }: Tenant,
  rows: readonly NewDeliveryRow[],
): Promise<void> {
  const of = <T>(value: (row: NewDeliveryRow) => T) => rows.map(value);
  await db.query({
    name: 'insert_deliveries',
    text: `insert into deliveries (shipment_id, merchant_id, mode, details, package_size, weight_g, state,
             created_at, opened_at, ready_at, pickup_from, pickup_to, delivery_from, delivery_to,
             pickup_at, arrival_at, match_at)
           select u.id, $1, $2, u.details, u.size, u.weight, 'open',
             to_timestamp(u.now / 1000.0), to_timestamp(u.now / 1000.0),
             to_timestamp(u.ready / 1000.0), to_timestamp(u.pickup_from / 1000.0),
             to_timestamp(u.pickup_to / 1000.0), to_timestamp(u.delivery_from / 1000.0),
             to_timestamp(u.delivery_to / 1000.0), to_timestamp(u.pickup / 1000.0),
             to_timestamp(u.arrival / 1000.0), to_timestamp(u.look / 1000.0)
           from unnest($3::uuid[], $4::bytea[], $5::text[], $6::int[], $7::float8[], $8::float8[],
             $9::float8[], $10::float8[], $11::float8[], $12::float8[], $13::float8[], $14::float8[],
             $15::float8[])
             as u(id, details, size, weight, now, ready, pickup_from, pickup_to, delivery_from,
               delivery_to, pickup, arrival, look)`,
    values: [
      merchantId,
      mode,
      of(({ shipmentId }) => shipmentId),
      of(({ details }) => Buffer.from(details)),
      of(({ packageSize }) => packageSize),
      of(({ weightG }) => weightG),
      of(({ nowMs }) => nowMs),
      of(({ readyMs }) => readyMs),
      of(({ pickup }) => pickup.fromMs),
      of(({ pickup }) => pickup.toMs),
      of(({ delivery }) => delivery.fromMs),
      of(({ delivery }) => delivery.toMs),
      of(({ pickupAtMs }) => pickupAtMs),
      of(({ arrivalAtMs }) => arrivalAtMs),
      of(({ nextPassAtMs }) => nextPassAtMs),
    ],
  });
}

export async function wakeMatcher(db: Queryable): Promise<void> {
  await db.query({ name: 'wake_matcher', text: `notify ${DELIVERIES_CHANNEL}` });
}

/** The delivery of a shipment that the current role may see; null: none. */
export async function deliveryById(db: Queryable, shipmentId: string): Promise<DeliveryRow | null> {
  return queryRow<DeliveryRow>(db, {
    name: 'delivery_by_id',
    text: `select ${COLUMNS} from deliveries d where d.shipment_id = $1`,
    values: [shipmentId],
  });
}

/** The deliveries with these ids, unordered. */
export async function deliveriesByIds(
  db: Queryable,
  shipmentIds: readonly string[],
): Promise<DeliveryRow[]> {
  if (shipmentIds.length === 0) return [];
  return queryRows<DeliveryRow>(db, {
    name: 'deliveries_by_ids',
    text: `select ${COLUMNS} from deliveries d where d.shipment_id = any($1::uuid[])`,
    values: [shipmentIds],
  });
}

/** Reads a delivery and locks it until the transaction ends. */
export async function lockDelivery(db: Queryable, shipmentId: string): Promise<DeliveryRow | null> {
  return queryRow<DeliveryRow>(db, {
    name: 'lock_delivery',
    text: `select ${COLUMNS} from deliveries d where d.shipment_id = $1 for update`,
    values: [shipmentId],
  });
}

/** Locks several deliveries, in order of id, so that concurrent callers cannot deadlock. */
export async function lockDeliveries(
  db: Queryable,
  shipmentIds: readonly string[],
): Promise<DeliveryRow[]> {
  return queryRows<DeliveryRow>(db, {
    name: 'lock_deliveries',
    text: `select ${COLUMNS} from deliveries d where d.shipment_id = any($1::uuid[])
           order by d.shipment_id for update`,
    values: [shipmentIds],
  });
}

/**
 * The deliveries that look for a courier and may be offered by now, oldest first; includes those
 * that another process is matching.
 * @param at.readyByMs only those that can be picked up by then.
 */
export async function openDeliveries(
  db: Queryable,
  at: { readonly nowMs: number; readonly readyByMs: number },
  limit: number,
): Promise<DeliveryRow[]> {
  return queryRows<DeliveryRow>(db, {
    name: 'open_deliveries',
    text: `select ${COLUMNS} from deliveries d
           where d.state = 'open' and (d.match_at <= to_timestamp($1 / 1000.0)
             or d.ready_at <= to_timestamp($2 / 1000.0) or d.rounds > 0)
           order by d.opened_at, d.shipment_id limit $3`,
    values: [at.nowMs, at.readyByMs, limit],
  });
}

/** Those of these deliveries that look for a courier. */
export async function openAmong(
  db: Queryable,
  shipmentIds: readonly string[],
): Promise<DeliveryRow[]> {
  return queryRows<DeliveryRow>(db, {
    name: 'open_deliveries_among',
    text: `select ${COLUMNS} from deliveries d
           where d.shipment_id = any($1::uuid[]) and d.state = 'open'`,
    values: [shipmentIds],
  });
}

/**
 * Claims deliveries that are due; no other process gets them until `untilMs`. A third are
 * deliveries not matched before, so that one merchant's many do not delay another's first pass,
 * nor first passes all others. Pipeline's role.
 */
export async function claimDue(
  db: Queryable,
  claim: { readonly nowMs: number; readonly untilMs: number; readonly limit: number },
): Promise<DeliveryRow[]> {
  return queryRows<DeliveryRow>(db, {
    name: 'claim_due_deliveries',
    // Skipping 5,000 due rows takes 1.3 ms; an index on first passes would cost more on each write.
    text: `with first as materialized (
             select shipment_id from deliveries
             where state = 'open' and rounds = 0 and match_at <= to_timestamp($1 / 1000.0)
               and ${IS_REAL}
             order by match_at limit $4 for update skip locked),
           rest as materialized (
             select shipment_id from deliveries
             where state = 'open' and match_at <= to_timestamp($1 / 1000.0)
               and shipment_id not in (select shipment_id from first) and ${IS_REAL}
             order by match_at limit $3 - (select count(*) from first) for update skip locked)
           update deliveries d set match_at = to_timestamp($2 / 1000.0)
           where d.state = 'open' and d.shipment_id = any(
             array(select shipment_id from first union all select shipment_id from rest))
           returning ${COLUMNS}`,
    values: [claim.nowMs, claim.untilMs, claim.limit, Math.floor(claim.limit / 3)],
  });
}

/**
 * Makes deliveries due that wait for a courier to start work, if one of these has started since
 * then. Skips those that a process may be matching: they come up again soon enough.
 */
export async function rescheduleMatch(
  db: Queryable,
  courierIds: readonly string[],
  of: { readonly nowMs: number; readonly sinceMs: number; readonly leaseMs: number },
): Promise<void> {
  await db.query({
    name: 'look_again_for_couriers',
    // Skips locked rows: their holder is handling them, and this avoids deadlocks.
    text: `update deliveries set match_at = to_timestamp($2 / 1000.0)
           where shipment_id in (
             select d.shipment_id
             from deliveries d join (
               select distinct merchant_id, mode from couriers
               where id = any($1::uuid[]) and on_shift
                 and greatest(shift_since,
                   case when pause_ends_at <= to_timestamp($2 / 1000.0) then pause_ends_at end)
                   > to_timestamp($3 / 1000.0)) come using (merchant_id, mode)
             where d.state = 'open' and d.queued_at is not null
               and d.match_at > to_timestamp($4 / 1000.0)
             for update of d skip locked)`,
    values: [courierIds, of.nowMs, of.sinceMs, of.nowMs + of.leaseMs],
  });
}

/** When the next open delivery is due, epoch ms; null: none is open. */
export async function nextDueMs(db: Queryable): Promise<number | null> {
  const row = await queryRow<{ atMs: number | null }>(db, {
    name: 'next_due_delivery',
    text: `select min(match_at) as at from deliveries where state = 'open' and ${IS_REAL}`,
  });
  return row?.atMs ?? null;
}

/** Assigns a delivery to the courier. Returns false if it was no longer open. */
export function markAssigned(
  db: Queryable,
  shipmentId: string,
  to: {
    readonly courierId: string;
    readonly how: AssignedHow;
    readonly atMs: number;
    readonly pickupAtMs: number | null;
    readonly arrivalAtMs: number | null;
  },
): Promise<boolean> {
  return queryAny(db, {
    name: 'assign_delivery',
    text: `update deliveries set state = 'assigned', courier_id = $2, assigned_how = $3,
             assigned_at = to_timestamp($4 / 1000.0), queued_at = null, pause_id = null,
             pickup_at = coalesce(to_timestamp($5::float8 / 1000.0), pickup_at),
             arrival_at = coalesce(to_timestamp($6::float8 / 1000.0), arrival_at)
           where shipment_id = $1 and state <> 'ended'`,
    values: [shipmentId, to.courierId, to.how, to.atMs, to.pickupAtMs, to.arrivalAtMs],
  });
}

/** Assigns each delivery to its courier. The rows must be locked and open. */
export async function markManyAssigned(
  db: Queryable,
  assigned: readonly {
    readonly shipmentId: string;
    readonly courierId: string;
    readonly how: AssignedHow;
    readonly atMs: number;
    readonly pickupAtMs: number | null;
    readonly arrivalAtMs: number | null;
  }[],
): Promise<void> {
  await db.query({
    name: 'assign_deliveries',
    text: `update deliveries d set state = 'assigned', courier_id = u.courier, assigned_how = u.how,
             assigned_at = to_timestamp(u.at / 1000.0), queued_at = null, pause_id = null,
             pickup_at = coalesce(to_timestamp(u.pickup / 1000.0), pickup_at),
             arrival_at = coalesce(to_timestamp(u.arrival / 1000.0), arrival_at)
           from unnest($1::uuid[], $2::uuid[], $3::text[], $4::float8[], $5::float8[], $6::float8[])
             as u(id, courier, how, at, pickup, arrival)
           where d.shipment_id = u.id and d.state <> 'ended'`,
    values: [
      assigned.map(({ shipmentId }) => shipmentId),
      assigned.map(({ courierId }) => courierId),
      assigned.map(({ how }) => how),
      assigned.map(({ atMs }) => atMs),
      assigned.map(({ pickupAtMs }) => pickupAtMs),
      assigned.map(({ arrivalAtMs }) => arrivalAtMs),
    ],
  });
}

/** Makes a delivery look for a courier again, starting with the nearest. */
export async function markOpen(db: Queryable, shipmentId: string, nowMs: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `update deliveries set state = 'open', courier_id = null, assigned_at = null,
       assigned_how = null, opened_at = to_timestamp($2 / 1000.0), rounds = 0, queued_at = null,
       match_at = to_timestamp($2 / 1000.0)
     where shipment_id = $1 and state = 'assigned'`,
    [shipmentId, nowMs],
  );
  if ((rowCount ?? 0) === 0) return false;
  await wakeMatcher(db);
  return true;
}

/** Ends the search; the last courier stays recorded. Returns false if it had ended. */
export function markEnded(db: Queryable, shipmentId: string, nowMs: number): Promise<boolean> {
  return queryAny(
    db,
    `update deliveries set state = 'ended', ended_at = to_timestamp($2 / 1000.0), custody = null, custody_since = null,
       custody_announced = custody_announced and custody is null
     where shipment_id = $1 and state <> 'ended'`,
    [shipmentId, nowMs],
  );
}

/** Records how far the search for a courier has come. */
export async function noteRounds(
  db: Queryable,
  noted: readonly {
    readonly shipmentId: string;
    readonly rounds: number;
    readonly nextPassAtMs: number;
  }[],
): Promise<void> {
  if (noted.length === 0) return;
  await db.query({
    name: 'note_rounds',
    text: `with u as (
             select * from unnest($1::uuid[], $2::int[], $3::float8[]) as u(id, rounds, look)),
           locked as (
             select d.shipment_id from deliveries d join u on u.id = d.shipment_id
             where d.state = 'open' order by d.shipment_id for update of d)
           update deliveries d set rounds = u.rounds, match_at = to_timestamp(u.look / 1000.0)
           from u join locked on locked.shipment_id = u.id where d.shipment_id = u.id`,
    values: [
      noted.map(({ shipmentId }) => shipmentId),
      noted.map(({ rounds }) => rounds),
      noted.map(({ nextPassAtMs }) => nextPassAtMs),
    ],
  });
}

/**
 * Records that no couriers are left to offer a delivery to. The dispatcher's notification is in the
 * same transaction.
 */
export async function markQueued(db: Queryable, shipmentId: string, atMs: number): Promise<void> {
  await db.query({
    name: 'mark_delivery_queued',
    text: `update deliveries set queued_at = to_timestamp($2 / 1000.0) where shipment_id = $1`,
    values: [shipmentId, atMs],
  });
}

/** Deletes the delivery of an erased shipment, including its offers and steps. */
export async function eraseDelivery(db: Queryable, shipmentId: string): Promise<void> {
  await db.query('delete from deliveries where shipment_id = $1', [shipmentId]);
}

export interface DeliveryQuery {
  readonly statuses: readonly string[] | null;
  readonly courierId: string | null;
  readonly after: string | null;
  readonly limit: number;
}

/** The deliveries that the current role may see, in order of id, which is the order of creation. */
export async function visibleDeliveries(
  db: Queryable,
  { statuses, courierId, after, limit }: DeliveryQuery,
): Promise<DeliveryRow[]> {
  return queryRows<DeliveryRow>(
    db,
    `select ${COLUMNS} from deliveries d
     join shipments s on s.id = d.shipment_id and s.deleted_at is null
     where ($1::text[] is null or s.status = any($1)) and ($2::uuid is null or d.courier_id = $2)
       and ($3::uuid is null or d.shipment_id > $3)
     order by d.shipment_id limit $4`,
    [statuses, courierId, after, limit],
  );
}

/** A courier's unfinished delivery, with the data that routing needs. */
type DeliveryUnderWay = Row<'deliveries', 'shipmentId' | 'details' | 'readyAtMs'> & {
  readonly courierId: string;
};

/**
 * The unfinished deliveries of each of these couriers, in order of stops. Needs the pipeline's
 * role.
 */
export async function deliveriesUnderWay(
  db: Queryable,
  courierIds: readonly string[],
): Promise<DeliveryUnderWay[]> {
  return queryRows<DeliveryUnderWay>(db, {
    name: 'deliveries_under_way',
    // Starts from the parcel lists: all past deliveries of couriers are many times that. Reads no
    // unneeded column, because it returns thousands of rows.
    text: `select d.shipment_id, d.courier_id, d.details, d.ready_at
           from courier_parcels p join deliveries d using (shipment_id)
           where p.courier_id = any($1::uuid[]) and p.done_at is null
             and d.courier_id = p.courier_id and d.state = 'assigned'
           order by d.arrival_at nulls last, d.shipment_id`,
    values: [courierIds],
  });
}

/**
 * How a tenant's deliveries are assigned: by offers to couriers, or automatically. Offers if
 * nothing is set.
 */
export async function settingOf(
  db: Queryable,
  { merchantId, mode }: Tenant,
): Promise<'offers' | 'auto'> {
  const row = await queryRow<{ assign: 'offers' | 'auto' }>(db, {
    name: 'dispatch_setting',
    text: 'select assign from dispatch_settings where merchant_id = $1 and mode = $2',
    values: [merchantId, mode],
  });
  return row?.assign ?? 'offers';
}

export async function writeSetting(
  db: Queryable,
  { merchantId, mode }: Tenant,
  assign: 'offers' | 'auto',
): Promise<void> {
  await db.query(
    `insert into dispatch_settings (merchant_id, mode, assign) values ($1, $2, $3)
     on conflict (merchant_id, mode) do update set assign = excluded.assign`,
    [merchantId, mode, assign],
  );
}

/**
 * How these deliveries found their couriers: by accepted offers or automatically. Those that a
 * dispatcher assigned are left out, because they say nothing about the search. Needs the pipeline's
 * role.
 */
export async function foundOf(
  db: Queryable,
  shipmentIds: readonly string[],
): Promise<{ readonly how: string; readonly waitedS: number; readonly couriersOffered: number }[]> {
  return queryRows(db, {
    name: 'deliveries_found',
    text: `select d.assigned_how as how,
             extract(epoch from d.assigned_at - greatest(d.opened_at, d.ready_at - interval '20 min'))::float8
               as waited_s,
             (select count(*)::int from delivery_offers o
               where o.shipment_id = d.shipment_id and o.round > 0) as couriers_offered
           from deliveries d
           where d.shipment_id = any($1::uuid[]) and d.assigned_at is not null
             and d.assigned_how in ('accepted', 'auto')`,
    values: [shipmentIds],
  });
}
