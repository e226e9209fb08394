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
import { type Callers, callersOf } from './callers.ts';
import { anywhere, seeded } from './town.ts';

/** A hub without a Redis, and who asks it: a shop, and couriers' phones with a few keys between them. */
export interface BenchHub {
  readonly hub: RunningHub;
  /** Its folder. */
  readonly data: string;
  readonly client: Client;
  readonly callers: Callers;
  readonly shop: string;
  /** The key that the n-th phone answers with. */
  readonly phone: (nr: number) => string;
  stop(): Promise<void>;
}

/** A key may send 200 a second. */
const PHONE_KEYS = 12;
/** In one request. */
const PLACES_MAX = 500;

/** @param works false: it only answers; nobody looks for couriers, and nothing follows the log. */
export async function startBenchHub(works = true): Promise<BenchHub> {
  const data = newDataFolder();
  const hub = await startHub(data, {
    ...{ WAYBILL_PUBLIC_RATE: 'off', WAYBILL_SANDBOX: 'off' },
    ...(works ? {} : { WAYBILL_ROLES: 'api' }),
  });
  const client = await connect(urlOfRunningServer(data) ?? '');
  const newKey = async (name: string) =>
    (await callApi<{ key: string }>(hub.url, 'POST', '/v1/api-keys', { name, scopes: ['admin'] }))
      .key;
  const shop = await newKey('shop');
  const phones: string[] = [];
  for (let nr = 0; nr < PHONE_KEYS; nr += 1) phones.push(await newKey(`phones ${nr}`));
  while (works && !(await isAtWork(hub))) await pause(100);
  return {
    ...{ hub, data, client, shop },
    callers: callersOf(() => hub.url),
    phone: (nr) => phones[nr % phones.length] ?? '',
    async stop() {
      await client.end();
      await hub.stop();
      removeDataFolder(data);
    },
  };
}

/** Hires couriers by bicycle who carry up to three, on shift and somewhere in the town; answers their ids. */
export async function hire(
  { callers, phone, client }: BenchHub,
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
  await atOnce(16, count, async (nr) => {
    const hired = await callers.call(phone(nr), 'POST', '/v1/couriers', body);
    ids.push(String(hired.body['id']));
  });
  const ts = new Date().toISOString();
  for (let from = 0; from < ids.length; from += PLACES_MAX) {
    const places = ids
      .slice(from, from + PLACES_MAX)
      .map((id) => ({ courier_id: id, ts, ...anywhere(random) }));
    await callers.call(phone(from), 'POST', '/v1/positions', places);
  }
  while ((await known()) < before + count) await pause(500);
  return ids;
}

/** Works through 0 … count − 1, so many at a time. */
export async function atOnce(
  workers: number,
  count: number,
  work: (nr: number) => Promise<void>,
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
