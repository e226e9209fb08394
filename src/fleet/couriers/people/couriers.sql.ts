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
import { CONTACT_ENDS_AT } from '../contact/contact.sql.ts';
import type { PhoneLocation } from '../devices/devices.sql.ts';
import type { Pause, ShiftChange, Vehicle } from './courier.ts';

export type CourierRow = Omit<Rows['couriers'], 'externalHash' | 'offTimes' | 'events'> & {
  readonly holds: number;
  readonly assigned: number;
  readonly hasDevice: boolean;
  readonly deviceContactAtMs: number | null;
  readonly deviceLocation: PhoneLocation | null;
  readonly deviceSaidAtMs: number | null;
  readonly deviceBattery: number | null;
  readonly contactEndsAtMs: number | null;
};

/** Binds the sealed personal data to its row, so that it opens in no other. */
export function courierBoundTo(id: string): string {
  return `courier ${id} personal`;
}

const SELECT = `
  select c.id, c.merchant_id, c.mode, c.personal, c.vehicle, c.capacity_parcels,
    c.capacity_weight_g, c.time_zone, c.home_facility, c.on_shift, c.shift_since,
    c.shift_ends_at, c.paused_at, c.pause_ends_at, c.created_at, c.updated_at, p.holds, p.assigned,
    d.id is not null as has_device, d.last_seen_at as device_contact_at,
    d.location_state as device_location, d.location_at as device_said_at,
    d.battery as device_battery, ${CONTACT_ENDS_AT} as contact_ends_at
  from couriers c
  left join courier_devices d on d.courier_id = c.id and d.ended_at is null
  cross join lateral (
    select count(*) filter (where held_since is not null)::int as holds, count(*)::int as assigned
    from courier_parcels where courier_id = c.id and done_at is null) p`;

/** A courier that the current role may see; null: none with this id. */
export async function courierById(db: Queryable, id: string): Promise<CourierRow | null> {
  return queryRow<CourierRow>(db, {
    name: 'courier_by_id',
    text: `${SELECT} where c.id = $1`,
    values: [id],
  });
}

/** Locks a courier and its route; false: no such courier. */
export function lockCourier(db: Queryable, id: string): Promise<boolean> {
  return queryAny(db, 'select from couriers where id = $1 for update', [id]);
}

/** Locks several couriers, in order of id, so that concurrent callers cannot deadlock. */
export async function lockCouriers(db: Queryable, ids: readonly string[]): Promise<void> {
  await db.query({
    name: 'lock_couriers',
    text: 'select from couriers where id = any($1::uuid[]) order by id for no key update',
    values: [ids],
  });
}

/** The couriers among these that the current role may see, unordered. */
export async function couriersByIds(db: Queryable, ids: readonly string[]): Promise<CourierRow[]> {
  if (ids.length === 0) return [];
  return queryRows<CourierRow>(db, {
    name: 'couriers_by_ids',
    text: `${SELECT} where c.id = any($1::uuid[])`,
    values: [ids],
  });
}

interface CourierQuery {
  readonly onShift: boolean | null;
  readonly externalHash: Uint8Array | null;
  /** Whether a phone is enrolled; null: either. */
  readonly hasPhone: boolean | null;
  readonly after: string | null;
  readonly limit: number;
}

/** The couriers that the current role may see, by id. */
export async function visibleCouriers(db: Queryable, query: CourierQuery): Promise<CourierRow[]> {
  return queryRows<CourierRow>(
    db,
    `${SELECT}
     where ($1::boolean is null or c.on_shift = $1) and ($2::bytea is null or c.external_hash = $2)
       and ($3::uuid is null or c.id > $3) and ($5::boolean is null or (d.id is not null) = $5)
     order by c.id limit $4`,
    [query.onShift, query.externalHash, query.after, query.limit, query.hasPhone],
  );
}

export interface CourierCounts {
  readonly everybody: number;
  readonly onShift: number;
  readonly withoutPhone: number;
}

/** How many couriers the current role may see. */
export async function countCouriers(db: Queryable): Promise<CourierCounts> {
  const counted = await queryRow<CourierCounts>(
    db,
    `select count(*)::int as everybody, count(*) filter (where c.on_shift)::int as on_shift,
       count(*) filter (where d.id is null)::int as without_phone
     from couriers c left join courier_devices d on d.courier_id = c.id and d.ended_at is null`,
  );
  return counted ?? { everybody: 0, onShift: 0, withoutPhone: 0 };
}

export interface CourierValues {
  readonly personal: Uint8Array;
  readonly externalHash: Uint8Array | null;
  readonly vehicle: Vehicle;
  readonly capacityParcels: number | null;
  readonly capacityWeightG: number | null;
  readonly timeZone: string | null;
  readonly homeFacility: string | null;
}

/** Inserts a courier. Returns false if another courier of the tenant has this external id. */
export function insertCourier(
  db: Queryable,
  { merchantId, mode }: Tenant,
  id: string,
  values: CourierValues,
  nowMs: number,
): Promise<boolean> {
  return queryAny(
    db,
    `insert into couriers (id, merchant_id, mode, personal, external_hash, vehicle,
       capacity_parcels, capacity_weight_g, time_zone, home_facility, created_at, updated_at)
     select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, at, at
     from to_timestamp($11 / 1000.0) as at
     on conflict (merchant_id, mode, external_hash) do nothing`,
    [id, merchantId, mode, ...toParameters(values), nowMs],
  );
}

/** Updates a courier. Returns false if another courier of the tenant has this external id. */
export function updateCourier(
  db: Queryable,
  id: string,
  values: CourierValues,
  nowMs: number,
): Promise<boolean> {
  return queryAny(
    db,
    `update couriers c set personal = $2, external_hash = $3, vehicle = $4, capacity_parcels = $5,
       capacity_weight_g = $6, time_zone = $7, home_facility = $8,
       updated_at = to_timestamp($9 / 1000.0)
     where id = $1 and not exists (
       select from couriers o where o.merchant_id = c.merchant_id and o.mode = c.mode
         and o.external_hash = $3 and o.id <> c.id)`,
    [id, ...toParameters(values), nowMs],
  );
}

function toParameters(values: CourierValues): unknown[] {
  return [
    values.personal,
    values.externalHash,
    values.vehicle,
    values.capacityParcels,
    values.capacityWeightG,
    values.timeZone,
    values.homeFacility,
  ];
}

/** Whether an error means that another courier got the same external id concurrently. */
export function isDuplicateExternalId(error: unknown): boolean {
  const { code, constraint } = (error ?? {}) as { code?: unknown; constraint?: unknown };
  return code === '23505' && constraint === 'couriers_merchant_id_mode_external_hash_key';
}

/** How much earlier a shift may have begun that was started without a time. */
const BEGUN_BEFORE_S = 15 * 60;
/**
 * How many breaks are stored: enough for a month or more. Limits the growth when a phone toggles
 * its shift all day.
 */
const OFF_TIMES_MAX = 100;

/**
 * Starts, extends or ends a shift; an unchanged one continues. A time before the last change
 * counts as the time of that change; the start of a running shift may move earlier.
 */
export async function setShift(
  db: Queryable,
  id: string,
  { on, endsAtMs, atMs }: ShiftChange,
  nowMs: number,
): Promise<void> {
  await db.query(
    `update couriers c set on_shift = $2, shift_ends_at = to_timestamp($3::float8 / 1000.0),
       shift_since = case when was.goes_on <> $2 or was.goes_on and reported < c.shift_since
                          then at
                          when on_shift = $2 then shift_since else shift_ends_at end,
       off_times = case
         when not $2 then c.off_times
         when was.goes_on then c.off_times - tstzmultirange(
           tstzrange(least(at, c.shift_since), c.shift_since))
         else coalesce(
           (select range_agg(off) from (
              select off from unnest(c.off_times + tstzmultirange(tstzrange(changed_at,
                greatest(changed_at, coalesce(reported, now - $6 * interval '1 second'))))) as off
              where changed_at is not null
              order by lower(off) desc limit $7) as recent),
           c.off_times) end,
       paused_at = case when $2 and was.goes_on then c.paused_at end,
       updated_at = now
     from (select id, goes_on, now, reported, changed_at,
             case when reported is null then now else greatest(reported, changed_at) end as at
           from couriers, to_timestamp($4 / 1000.0) as now, to_timestamp($5::float8 / 1000.0) as reported,
             lateral (select on_shift and coalesce(shift_ends_at > now, true) as goes_on) as state,
             lateral (select case
               when not goes_on then case when on_shift then shift_ends_at else shift_since end
               when $2 then (select max(lower(off)) from unnest(off_times) as off)
               else shift_since end as changed_at) as change
           where id = $1) as was
     where c.id = was.id`,
    [id, on, on ? endsAtMs : null, nowMs, atMs ?? null, BEGUN_BEFORE_S, OFF_TIMES_MAX],
  );
}

/** Whether the courier `c` is paused at that instant. */
export function isPausedAt(instant: string): string {
  return `(c.paused_at is not null and coalesce(c.pause_ends_at > ${instant}, true))`;
}

/** Pauses a courier, or resumes a paused one. */
export async function setPause(
  db: Queryable,
  id: string,
  pause: Pause | null,
  nowMs: number,
): Promise<void> {
  await db.query(
    `update couriers set updated_at = now,
       paused_at = case when $2 then now else paused_at end,
       -- Resuming ends the pause now: from then on the courier can be offered what waits.
       pause_ends_at = case when $2 then to_timestamp($3::float8 / 1000.0) else now end
     from to_timestamp($4 / 1000.0) as now where id = $1`,
    [id, pause !== null, pause?.endsAtMs ?? null, nowMs],
  );
}

/** Ends at most `limit` shifts that are over; returns their couriers. */
export function endShiftsBefore(db: Queryable, nowMs: number, limit: number): Promise<string[]> {
  return queryColumn<string>(
    db,
    `update couriers set on_shift = false, shift_since = shift_ends_at, shift_ends_at = null,
       paused_at = null, updated_at = to_timestamp($1 / 1000.0)
     where id in (
       select id from couriers where on_shift and shift_ends_at <= to_timestamp($1 / 1000.0)
       order by shift_ends_at limit $2 for update skip locked)
     returning id`,
    [nowMs, limit],
  );
}

/** Deletes a courier with devices, codes, route and events. */
export async function deleteCourier(db: Queryable, id: string): Promise<void> {
  await db.query('delete from couriers where id = $1', [id]);
}

/**
 * Deletes those of these ids that are couriers, with everything of theirs; returns how many
 * existed. Needs the pipeline's role.
 */
export function deleteCouriers(db: Queryable, ids: readonly string[]): Promise<number> {
  return queryCount(db, 'delete from couriers where id = any($1::uuid[])', [ids]);
}
