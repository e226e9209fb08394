import type { Mode, Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import {
  queryAny,
  queryCount,
  queryRow,
  queryRows,
} from '../../../platform/database/query-rows.ts';
import type { Rows } from '../../../platform/database/rows.gen.ts';
import { IS_REAL } from '../is-real.sql.ts';
import { COURIERS_CHANNEL } from '../route/notices.sql.ts';
import { IN_CONTACT_MS } from '../settings/courier-settings.ts';

export type DeviceEnd = NonNullable<Rows['courier_devices']['endedWhy']>;

export type DeviceRow = Omit<Rows['courier_devices'], 'keyHash'>;

export const PHONE_LOCATIONS = ['on', 'off', 'denied'] as const;
/** Whether a phone can report its location: location may be switched off or not permitted. */
export type PhoneLocation = (typeof PHONE_LOCATIONS)[number];

/** Binds a device's sealed name to its row, so that it opens in no other. */
export function deviceBoundTo(id: string): string {
  return `courier device ${id} name`;
}

const COLUMNS = `id, courier_id, merchant_id, mode, name, enrolled_at, last_seen_at, events_at,
  clock_offset_ms, ended_at, ended_why, location_state, location_at, battery`;

/**
 * Returns the courier that an enrolment code is for; null: no such code. Needs the pipeline's role.
 */
export async function courierOfEnrolment(
  db: Queryable,
  codeHash: Uint8Array,
): Promise<string | null> {
  const row = await queryRow<{ courierId: string }>(
    db,
    'select courier_id from courier_enrolments where code_hash = $1',
    [codeHash],
  );
  return row?.courierId ?? null;
}

/**
 * Uses up an enrolment code and returns its courier; null: unknown or expired. Needs the
 * pipeline's role.
 */
export async function useEnrolment(
  db: Queryable,
  codeHash: Uint8Array,
  nowMs: number,
): Promise<{ readonly courierId: string; readonly tenant: Tenant } | null> {
  const row = await queryRow<{ courierId: string; merchantId: string; mode: Mode }>(
    db,
    `delete from courier_enrolments where code_hash = $1 and expires_at > to_timestamp($2 / 1000.0)
     returning courier_id, merchant_id, mode`,
    [codeHash, nowMs],
  );
  if (row === null) return null;
  return { courierId: row.courierId, tenant: { merchantId: row.merchantId, mode: row.mode } };
}

/** Stores an enrolment code. It replaces earlier codes: only a courier's newest code works. */
export async function replaceEnrolment(
  db: Queryable,
  { merchantId, mode }: Tenant,
  enrolment: {
    readonly courierId: string;
    readonly codeHash: Uint8Array;
    readonly expiresAtMs: number;
  },
): Promise<void> {
  const { courierId, codeHash, expiresAtMs } = enrolment;
  await db.query('delete from courier_enrolments where courier_id = $1', [courierId]);
  await db.query(
    `insert into courier_enrolments (code_hash, courier_id, merchant_id, mode, expires_at)
     values ($1, $2, $3, $4, to_timestamp($5 / 1000.0))`,
    [codeHash, courierId, merchantId, mode, expiresAtMs],
  );
}

/** Deletes at most `limit` enrolment codes that expired before then; returns how many. */
export function dropEnrolmentsBefore(
  db: Queryable,
  beforeMs: number,
  limit: number,
): Promise<number> {
  return queryCount(
    db,
    `delete from courier_enrolments where code_hash in (
       select code_hash from courier_enrolments where expires_at < to_timestamp($1 / 1000.0)
       limit $2)`,
    [beforeMs, limit],
  );
}

export async function insertDevice(
  db: Queryable,
  { merchantId, mode }: Tenant,
  device: {
    readonly id: string;
    readonly courierId: string;
    readonly keyHash: Uint8Array;
    readonly name: Uint8Array;
    readonly nowMs: number;
  },
): Promise<void> {
  await db.query(
    `insert into courier_devices (id, courier_id, merchant_id, mode, key_hash, name, enrolled_at)
     values ($1, $2, $3, $4, $5, $6, to_timestamp($7 / 1000.0))`,
    [device.id, device.courierId, merchantId, mode, device.keyHash, device.name, device.nowMs],
  );
}

/** Ends the active device, or only the given one; returns how many ended. */
export function endDevices(
  db: Queryable,
  courierId: string,
  { deviceId, why, nowMs }: { deviceId: string | null; why: DeviceEnd; nowMs: number },
): Promise<number> {
  return queryCount(
    db,
    `update courier_devices set ended_at = to_timestamp($4 / 1000.0), ended_why = $3
     where courier_id = $1 and ended_at is null and ($2::uuid is null or id = $2)`,
    [courierId, deviceId, why, nowMs],
  );
}

/**
 * Revokes the devices among these ids; returns how many were still active. Needs the pipeline's
 * role.
 */
export function revokeDevices(
  db: Queryable,
  ids: readonly string[],
  nowMs: number,
): Promise<number> {
  return queryCount(
    db,
    `update courier_devices set ended_at = to_timestamp($2 / 1000.0), ended_why = 'revoked'
     where id = any($1::uuid[]) and ended_at is null`,
    [ids, nowMs],
  );
}

/** A courier's device; null: the courier has none with this id. */
export async function deviceById(
  db: Queryable,
  courierId: string,
  id: string,
): Promise<DeviceRow | null> {
  return queryRow<DeviceRow>(
    db,
    `select ${COLUMNS} from courier_devices where courier_id = $1 and id = $2`,
    [courierId, id],
  );
}

/**
 * Time limit of the query for keys: a database connection may have died unnoticed while a phone
 * waits for the answer.
 */
const KEYS_MS_MAX = 5_000;

/**
 * Devices by key hash, in the given order. Includes ended ones, so that their phones learn of it.
 * Needs the pipeline's role.
 */
export async function devicesByKeys(
  db: Queryable,
  keyHashes: readonly Buffer[],
): Promise<(DeviceRow | null)[]> {
  const texts = keyHashes.map((hash) => hash.toString('hex'));
  const query = {
    name: 'devices_by_keys',
    text: `select ${COLUMNS}, encode(key_hash, 'hex') as hash from courier_devices
           where key_hash = any(array(select decode(h, 'hex') from unnest($1::text[]) as h))`,
    values: [[...new Set(texts)]],
    query_timeout: KEYS_MS_MAX,
  };
  const rows = await queryRows<DeviceRow & { readonly hash: string }>(db, query);
  const found = new Map(rows.map((row) => [row.hash, row]));
  return texts.map((hash) => found.get(hash) ?? null);
}

/** Which of these devices ended, and why. Needs the pipeline's role. */
export async function deviceEnds(
  db: Queryable,
  ids: readonly string[],
): Promise<Pick<DeviceRow, 'id' | 'endedAtMs' | 'endedWhy'>[]> {
  return queryRows<Pick<DeviceRow, 'id' | 'endedAtMs' | 'endedWhy'>>(db, {
    name: 'device_ends',
    text: 'select id, ended_at, ended_why from courier_devices where id = any($1::uuid[])',
    values: [ids],
  });
}

/** The newest `limit` devices by enrolment; the active one comes last. */
export async function devicesOf(
  db: Queryable,
  courierId: string,
  limit: number,
): Promise<DeviceRow[]> {
  const rows = await queryRows<DeviceRow>(
    db,
    `select ${COLUMNS} from courier_devices where courier_id = $1
     order by ended_at is null desc, enrolled_at desc, id desc limit $2`,
    [courierId, limit],
  );
  return rows.reverse();
}

/** Time limit for recording contact, which is not worth a longer wait. */
const NOTE_MS_MAX = 1_000;

/**
 * Updates when devices were last seen. Skips rows that are locked; their next request updates
 * them.
 */
export async function touchDevices(
  db: Queryable,
  ids: readonly string[],
  nowMs: number,
): Promise<void> {
  if (ids.length === 0) return;
  const query = {
    name: 'touch_devices',
    // Whoever may have been out of contact is announced, so that dispatch counts them at once.
    text: `with due as (
             select id, courier_id, last_seen_at from courier_devices where id = any($1::uuid[])
             for no key update skip locked
           ), touched as (
             update courier_devices d set last_seen_at = to_timestamp($2 / 1000.0)
             from due where d.id = due.id
           )
           select pg_notify($3, courier_id::text) from due
           where last_seen_at < to_timestamp($4 / 1000.0)`,
    values: [ids, nowMs, COURIERS_CHANNEL, nowMs - IN_CONTACT_MS],
    query_timeout: NOTE_MS_MAX,
  };
  await db.query(query);
}

/** Records that the device sent events and, if it said so, how far its clock is ahead. */
export async function noteEvents(
  db: Queryable,
  id: string,
  clockOffsetMs: number | null,
  nowMs: number,
): Promise<void> {
  await db.query(
    `update courier_devices set events_at = to_timestamp($2 / 1000.0),
       clock_offset_ms = coalesce($3::bigint, clock_offset_ms) where id = $1`,
    [id, nowMs, clockOffsetMs],
  );
}

/** Stores the state that a phone reports about itself. */
export async function notePhone(
  db: Queryable,
  deviceId: string,
  state: { readonly location: PhoneLocation; readonly battery: number | null },
  nowMs: number,
): Promise<void> {
  await db.query(
    `update courier_devices set location_state = $2, battery = coalesce($3, battery),
       location_at = to_timestamp($4 / 1000.0)
     where id = $1`,
    [deviceId, state.location, state.battery, nowMs],
  );
}

/** Binds a push subscription to its row, so that it opens in no other. */
export function pushBoundTo(deviceId: string): string {
  return `device push ${deviceId} subscription`;
}

/**
 * Stores a push subscription, which replaces the device's earlier one. Returns false if the device
 * has ended or was removed.
 */
export function writePush(
  db: Queryable,
  { merchantId, mode }: Tenant,
  push: { readonly deviceId: string; readonly subscription: Uint8Array; readonly nowMs: number },
): Promise<boolean> {
  return queryAny(
    db,
    `insert into device_pushes (device_id, courier_id, merchant_id, mode, subscription, changed_at)
     select id, courier_id, $2, $3, $4, to_timestamp($5 / 1000.0) from courier_devices
     where id = $1 and ended_at is null for update
     on conflict (device_id) do update
       set subscription = excluded.subscription, changed_at = excluded.changed_at`,
    [push.deviceId, merchantId, mode, push.subscription, push.nowMs],
  );
}

export async function dropPush(db: Queryable, deviceId: string): Promise<void> {
  await db.query('delete from device_pushes where device_id = $1', [deviceId]);
}

export function hasPush(db: Queryable, deviceId: string): Promise<boolean> {
  return queryAny(db, 'select from device_pushes where device_id = $1', [deviceId]);
}

/** The health of couriers' phones, which operators of a hub monitor. */
export interface PhonesHealth {
  readonly couriers: number;
  /** Couriers with a phone whose key is valid. */
  readonly withPhone: number;
  /** Couriers on shift with a phone that has not been in contact since the given instant. */
  readonly silent: number;
  /** Phones whose clock error exceeds the given limit. */
  readonly clocksOff: number;
  /** Events from phones refused since the given instant. */
  readonly refused: number;
}

/** Counts the troubles of phones of all merchants but the demo. Needs the pipeline's role. */
export async function phonesHealth(
  db: Queryable,
  given: {
    readonly silentSinceMs: number;
    readonly clockOffMs: number;
    readonly refusedSinceMs: number;
  },
): Promise<PhonesHealth> {
  const row = await queryRow<PhonesHealth>(
    db,
    `select count(*)::int as "couriers", count(d.id)::int as "withPhone",
       count(*) filter (where c.on_shift and d.id is not null
         and greatest(d.last_seen_at, c.shift_since, d.enrolled_at)
           < to_timestamp($1 / 1000.0))::int as "silent",
       count(*) filter (where abs(d.clock_offset_ms) > $2)::int as "clocksOff",
       (select count(*) from driver_events e where e.outcome = 'refused'
         and e.received_at >= to_timestamp($3 / 1000.0))::int as "refused"
     from couriers c
     left join courier_devices d on d.courier_id = c.id and d.ended_at is null
     where c.${IS_REAL}`,
    [given.silentSinceMs, given.clockOffMs, given.refusedSinceMs],
  );
  if (row === null) throw new Error('an aggregate has one row');
  return row;
}
