import { createHash, createHmac } from 'node:crypto';
import { uuidV7 } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { withTenant, withTransaction } from '../../../platform/database/database.ts';
import { open, seal } from '../../../platform/sealing/sealing.ts';
import type { PushSubscription } from '../../../platform/web-push/push-request.ts';
import { readTogether } from '../../../platform/work/read-together.ts';
import type { CourierMachines } from '../deps.ts';
import type { Courier } from '../people/courier.ts';
import { courierById, lockCourier } from '../people/couriers.sql.ts';
import { toCourier } from '../people/couriers.ts';
import {
  courierOfEnrolment,
  type DeviceEnd,
  type DeviceRow,
  deviceBoundTo,
  deviceById,
  deviceEnds,
  devicesByKeys,
  devicesOf,
  dropPush,
  endDevices,
  hasPush,
  insertDevice,
  notePhone,
  type PhoneLocation,
  pushBoundTo,
  replaceEnrolment,
  touchDevices,
  useEnrolment,
  writePush,
} from './devices.sql.ts';

/** A courier's phone, as the merchant sees it. */
export interface Device {
  readonly id: string;
  readonly name: string;
  readonly enrolledAtMs: number;
  readonly lastSeenMs: number | null;
  /** When it last sent events, epoch ms. */
  readonly eventsAtMs: number | null;
  readonly clockOffsetMs: number | null;
  readonly endedAtMs: number | null;
  readonly endedWhy: DeviceEnd | null;
  /** Whether it can report its location, as any app on it last reported; null: never reported. */
  readonly location: PhoneLocation | null;
}

interface Enrolment {
  /** The code as the courier types it. */
  readonly code: string;
  /** The code as the app's URL contains it. */
  readonly bare: string;
  readonly expiresAtMs: number;
}

/** The holder of a device key. */
export interface Driver {
  readonly tenant: Tenant;
  readonly courierId: string;
  readonly deviceId: string;
}

type Admitted =
  | { readonly kind: 'driver'; readonly driver: Driver }
  /** The key was valid once, but its device has ended. */
  | { readonly kind: 'ended'; readonly why: DeviceEnd; readonly atMs: number }
  | { readonly kind: 'unknown' };

export type DeviceState =
  | { readonly kind: 'active' }
  | { readonly kind: 'ended'; readonly why: DeviceEnd; readonly atMs: number }
  /** The device was removed together with its courier. */
  | { readonly kind: 'unknown' };

interface Enrolled {
  readonly deviceKey: string;
  readonly deviceId: string;
  readonly courier: Courier;
  readonly tookOver: boolean;
}

/** Couriers' phones: enrolment, authentication and revocation. */
export interface Devices {
  /** Creates a one-time code, which replaces earlier ones; null: no such courier. */
  createEnrolment(tenant: Tenant, courierId: string): Promise<Enrolment | null>;
  /**
   * Enrols a device with a code, replacing the courier's previous device; null: the code is
   * invalid.
   */
  enrol(code: string, device: { readonly name: string }): Promise<Enrolled | null>;
  /**
   * Looks up a device key. Queries the database each time, so that a revoked key stops working at
   * once.
   */
  admit(deviceKey: string): Promise<Admitted>;
  /** Device states by id, of any merchant. Removed devices are left out. */
  states(deviceIds: readonly string[]): Promise<ReadonlyMap<string, DeviceState>>;
  /** Stores the state that a phone reports about itself; battery in percent, null: not reported. */
  note(
    driver: Driver,
    state: { readonly location: PhoneLocation; readonly battery: number | null },
  ): Promise<void>;
  /** The courier's devices, newest last; null: no such courier. */
  list(tenant: Tenant, courierId: string): Promise<Device[] | null>;
  /**
   * Ends the given device, or the active one if null. Returns false if there is no such device. An
   * ended device does not change.
   */
  revoke(tenant: Tenant, courierId: string, deviceId: string | null): Promise<boolean>;
}

const KEY_BYTES = 24;
const KEY = /^wbd_[A-Za-z0-9_-]{32}$/;
const ENROLMENT_MS = 15 * 60_000;
/** How many devices are listed: one a week for two years. Older ones are of no use. */
const LISTED_MAX = 100;
/** The resolution of a device's last-seen time. */
const CONTACT_WRITTEN_EVERY_MS = 60_000;

/** Creates the operations on couriers' phones. */
export function createDevices(machines: CourierMachines): Devices {
  const { db, keyring, clock, randomBytes } = machines;
  return {
    async createEnrolment(tenant, courierId) {
      const code = enrolmentCode(randomBytes(ENROLMENT_RANDOM_BYTES));
      const hash = codeHash(await machines.recognition(), code);
      const expiresAtMs = clock.nowMs() + ENROLMENT_MS;
      const isMade = await withTenant(db.app, tenant, async (tx) => {
        if (!(await lockCourier(tx, courierId))) return false;
        await replaceEnrolment(tx, tenant, { courierId, codeHash: hash, expiresAtMs });
        return true;
      });
      return isMade ? { code: shownCode(code), bare: code, expiresAtMs } : null;
    },
    async enrol(typed, { name }) {
      const code = typedCode(typed);
      if (code === null) return null;
      const nowMs = clock.nowMs();
      const hash = codeHash(await machines.recognition(), code);
      const id = uuidV7(nowMs, randomBytes(10));
      const deviceKey = `wbd_${Buffer.from(randomBytes(KEY_BYTES)).toString('base64url')}`;
      const sealed = seal(keyring, Buffer.from(name, 'utf8'), deviceBoundTo(id));
      return withTransaction(db.pipeline, async (tx) => {
        const courierId = await courierOfEnrolment(tx, hash);
        // Lock the courier before the code, in the same order as code creation.
        if (courierId === null || !(await lockCourier(tx, courierId))) return null;
        const offered = await useEnrolment(tx, hash, nowMs);
        if (offered === null) return null;
        const { tenant } = offered;
        const ended = await endDevices(tx, courierId, { deviceId: null, why: 'replaced', nowMs });
        const keyHash = hashKey(deviceKey);
        await insertDevice(tx, tenant, { id, courierId, keyHash, name: sealed, nowMs });
        const row = await courierById(tx, courierId);
        if (row === null) return null;
        const courier = toCourier(keyring, row, nowMs);
        return { deviceKey, deviceId: id, courier, tookOver: ended > 0 };
      });
    },
    async admit(deviceKey) {
      if (!KEY.test(deviceKey)) return { kind: 'unknown' };
      const row = await findDevice(machines, hashKey(deviceKey));
      if (row === null) return { kind: 'unknown' };
      const state = toDeviceState(row);
      if (state.kind === 'ended') return state;
      const tenant = { merchantId: row.merchantId, mode: row.mode };
      return {
        kind: 'driver',
        driver: { tenant, courierId: row.courierId, deviceId: row.id },
      };
    },
    async states(deviceIds) {
      const rows = await deviceEnds(db.pipeline, deviceIds);
      return new Map(rows.map((row) => [row.id, toDeviceState(row)]));
    },
    note: ({ tenant, deviceId }, state) =>
      withTenant(db.app, tenant, (tx) => notePhone(tx, deviceId, state, clock.nowMs())),
    list: (tenant, courierId) =>
      withTenant(db.app, tenant, async (tx) => {
        if ((await courierById(tx, courierId)) === null) return null;
        const rows = await devicesOf(tx, courierId, LISTED_MAX);
        return rows.map((row) => toDevice(machines, row));
      }),
    revoke: (tenant, courierId, deviceId) =>
      withTenant(db.app, tenant, async (tx) => {
        const nowMs = clock.nowMs();
        const ended = await endDevices(tx, courierId, { deviceId, why: 'revoked', nowMs });
        if (ended > 0) return true;
        return deviceId !== null && (await deviceById(tx, courierId, deviceId)) !== null;
      }),
  };
}

/**
 * Finds a device by the hash of its key, and notes the contact. Every request does so; concurrent
 * requests share their queries.
 */
const findDevice = readTogether<CourierMachines, Buffer, DeviceRow | null>(
  async ({ db, clock }, keyHashes) => {
    const rows = await devicesByKeys(db.pipeline, keyHashes);
    const nowMs = clock.nowMs();
    const unseen = rows.flatMap((row) => {
      if (row === null || row.endedAtMs !== null) return [];
      const lastSeenMs = row.lastSeenAtMs ?? Number.NEGATIVE_INFINITY;
      return nowMs - lastSeenMs > CONTACT_WRITTEN_EVERY_MS ? [row.id] : [];
    });
    // A failed last-seen update does not reject the request; the next request repeats it.
    const noted = touchDevices(db.pipeline, [...new Set(unseen)], nowMs);
    await noted.catch(() => {});
    return rows;
  },
);

function toDeviceState({
  endedAtMs: atMs,
  endedWhy,
}: Pick<DeviceRow, 'endedAtMs' | 'endedWhy'>): Exclude<DeviceState, { kind: 'unknown' }> {
  if (atMs === null) return { kind: 'active' };
  return { kind: 'ended', why: endedWhy ?? 'revoked', atMs };
}

function hashKey(deviceKey: string): Buffer {
  return createHash('sha256').update(deviceKey, 'utf8').digest();
}

function toDevice({ keyring }: CourierMachines, row: DeviceRow): Device {
  return {
    id: row.id,
    name: open(keyring, row.name, deviceBoundTo(row.id)).toString('utf8'),
    enrolledAtMs: row.enrolledAtMs,
    lastSeenMs: row.lastSeenAtMs,
    eventsAtMs: row.eventsAtMs,
    clockOffsetMs: row.clockOffsetMs === null ? null : Number(row.clockOffsetMs),
    endedAtMs: row.endedAtMs,
    endedWhy: row.endedWhy,
    location: row.locationState,
  };
}

/**
 * Push subscriptions that notify couriers of offers while their app is closed: one for each device.
 */
export interface DevicePushes {
  isOn(driver: Driver): Promise<boolean>;
  /**
   * Stores the device's subscription in place of an earlier one. A device that has just ended gets
   * none.
   */
  set(driver: Driver, subscription: PushSubscription): Promise<void>;
  /**
   * Ends the device's subscription. This also happens when the device ends, for whatever reason.
   */
  end(driver: Driver): Promise<void>;
}

/** Creates the operations on push subscriptions of couriers' phones. */
export function createDevicePushes({ db, keyring, clock }: CourierMachines): DevicePushes {
  return {
    isOn: ({ tenant, deviceId }) => withTenant(db.app, tenant, (tx) => hasPush(tx, deviceId)),
    async set({ tenant, deviceId }, { endpoint, keys: { p256dh, auth } }) {
      const text = JSON.stringify({ endpoint, keys: { p256dh, auth } });
      const subscription = seal(keyring, Buffer.from(text, 'utf8'), pushBoundTo(deviceId));
      const nowMs = clock.nowMs();
      await withTenant(db.app, tenant, (tx) =>
        writePush(tx, tenant, { deviceId, subscription, nowMs }),
      );
    },
    end: ({ tenant, deviceId }) => withTenant(db.app, tenant, (tx) => dropPush(tx, deviceId)),
  };
}

/** Crockford's base 32: no I, L, O and U, which look like others or make words. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_CHARS = 10;
const HALF = CODE_CHARS / 2;

/** Makes an enrolment code: ten letters and digits, 50 bits, from as many random bytes. */
function enrolmentCode(random: Uint8Array): string {
  return Array.from(random.subarray(0, CODE_CHARS), (byte) => ALPHABET[byte % 32]).join('');
}
const ENROLMENT_RANDOM_BYTES = CODE_CHARS;

/** A code as people read it out and type it: `7K3MQ-XN42D`. */
function shownCode(code: string): string {
  return `${code.slice(0, HALF)}-${code.slice(HALF)}`;
}

/** Normalizes typed input to a code; null: it cannot be one. */
function typedCode(text: string): string | null {
  const code = text
    .toUpperCase()
    .replaceAll(/[\s-]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
  return code.length === CODE_CHARS && [...code].every((char) => ALPHABET.includes(char))
    ? code
    : null;
}

/**
 * The stored hash of a code. It is keyed, because a reader of the table could otherwise try all
 * codes.
 */
function codeHash(key: Uint8Array, code: string): Buffer {
  return createHmac('sha256', key).update(`enrolment ${code}`).digest();
}
