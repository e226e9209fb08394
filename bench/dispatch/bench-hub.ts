import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { urlOfRunningServer } from '../../src/platform/postgres/embedded-postgres.ts';
import {
  callApi,
  isAtWork,
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../../test/support/hubs/hub-process.ts';
import { connect } from '../load/bulk-load.ts';
import { type Answer, type Callers, callersOf } from './callers.ts';
import { anywhere, seeded } from './town.ts';

/**
 * A hub without Redis, and its clients: a shop, couriers' phones with a key and an address each,
 * and a merchant's system that acts for couriers with a few keys.
 */
export interface BenchHub {
  readonly hub: RunningHub;
  /** Its data folder. */
  readonly data: string;
  readonly client: Client;
  readonly callers: Callers;
  readonly shop: string;
  /** Returns the key of the merchant's with which the n-th request for couriers is sent. */
  readonly system: (index: number) => string;
  /** Calls from a courier's own phone; `courierId` as in the database. */
  readonly fromPhone: (courierId: string, path: string, body: unknown) => Promise<Answer>;
  stop(): Promise<void>;
}

/** How many keys are used, because a key may send 200 requests a second. */
const SYSTEM_KEYS = 12;
/** Maximum of positions in one request. */
const PLACES_MAX = 500;

/**
 * Starts such a hub.
 * @param works false: it only answers; nothing matches deliveries or consumes the log.
 */
export async function startBenchHub(works = true): Promise<BenchHub> {
  const data = newDataFolder();
  const hub = await startHub(data, {
    WAYBILL_PUBLIC_RATE: 'off',
    WAYBILL_SANDBOX: 'off',
    // Each phone comes from an address of its own.
    WAYBILL_TRUSTED_PROXIES: '127.0.0.1,::1',
    ...(works ? {} : { WAYBILL_ROLES: 'api' }),
  });
  const client = await connect(urlOfRunningServer(data) ?? '');
  const newKey = async (name: string) =>
    (await callApi<{ key: string }>(hub.url, 'POST', '/v1/api-keys', { name, scopes: ['admin'] }))
      .key;
  const shop = await newKey('shop');
  const keys: string[] = [];
  for (let index = 0; index < SYSTEM_KEYS; index += 1) keys.push(await newKey(`couriers ${index}`));
  while (works && !(await isAtWork(hub))) await pause(100);
  const callers = callersOf(() => hub.url);
  return {
    hub,
    data,
    client,
    shop,
    callers,
    system: (index) => keys[index % keys.length] ?? '',
    fromPhone: (courierId, path, body) =>
      callers.call(deviceKey(courierId), 'POST', path, body, addressOf(courierId)),
    async stop() {
      await client.end();
      await hub.stop();
      removeDataFolder(data);
    },
  };
}

/**
 * Creates couriers by bicycle who carry up to three, on shift and somewhere in the town; returns
 * their ids.
 */
export async function hire(
  { callers, system, client }: BenchHub,
  count: number,
): Promise<readonly string[]> {
  const known = async () => {
    const { rows } = await client.query<{ known: number }>(
      'select count(*)::int as known from courier_places',
    );
    return rows[0]?.known ?? 0;
  };
  const before = await known();
  const random = seeded(3 + before);
  const body = { name: 'Courier', vehicle: 'bike', shift: 'on', capacity: { parcels: 3 } };
  const ids: string[] = [];
  await atOnce(16, count, async (index) => {
    const hired = await callers.call(system(index), 'POST', '/v1/couriers', body);
    ids.push(String(hired.body['id']));
  });
  const ts = new Date().toISOString();
  for (let from = 0; from < ids.length; from += PLACES_MAX) {
    const places = ids
      .slice(from, from + PLACES_MAX)
      .map((id) => ({ courier_id: id, ts, ...anywhere(random) }));
    await callers.call(system(from), 'POST', '/v1/positions', places);
  }
  while ((await known()) < before + count) await pause(500);
  await enrol(client, ids.map(uuidOf));
  return ids;
}

/**
 * Enrols phones by writing the result directly: only ten phones a second may enrol, and that would
 * take minutes.
 */
async function enrol(client: Client, couriers: readonly string[]): Promise<void> {
  const hashes = couriers.map((id) => createHash('sha256').update(deviceKey(id)).digest());
  await client.query(
    `insert into courier_devices (id, courier_id, merchant_id, mode, key_hash, name, enrolled_at)
     select gen_random_uuid(), c.id, c.merchant_id, c.mode, u.hash, '\\x00', now()
     from unnest($1::uuid[], $2::bytea[]) as u(id, hash) join couriers c on c.id = u.id`,
    [couriers, hashes],
  );
}

function deviceKey(courierId: string): string {
  return `wbd_${createHash('sha256').update(courierId).digest('base64url').slice(0, 32)}`;
}

function addressOf(courierId: string): string {
  const bytes = createHash('sha256').update(courierId).digest();
  return `10.${bytes[0]}.${bytes[1]}.${bytes[2]}`;
}

function uuidOf(wireId: string): string {
  return wireId.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Runs work for 0 … count − 1 with a number of concurrent workers. */
export async function atOnce(
  workers: number,
  count: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: workers }, async () => {
      while (next < count) {
        next += 1;
        await work(next - 1);
      }
    }),
  );
}
