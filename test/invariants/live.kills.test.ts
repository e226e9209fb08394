import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { findRedisProgram } from '../../src/platform/redis/program.ts';
import { startTestPostgres, type TestPostgres } from '../../src/platform/test-postgres.ts';
import {
  type LiveWatcher,
  watchByEvents,
  watchByPolling,
  watchBySocket,
  watchPage,
} from '../support/fleet/live-watchers.ts';
import { type Balancer, startBalancer } from '../support/hubs/balancer.ts';
import {
  callApi,
  HUB_TEST_KEY,
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';

/**
 * Two hubs behind one address, one of them killed while couriers move: its watchers continue at
 * the other within five seconds, and none ever gets an older place after a newer one.
 */
const COURIERS = 3;
const MOVE_EVERY_MS = 200;
const BACK_MS_MAX = 5_000;
/** A busy machine is slow in everything: a multiple of what one connection took before. */
const BUSY_TIMES = 4;
const PATIENCE = { timeout: 120_000, interval: 50 };

const redisProgram = await findRedisProgram(process.env['PATH'] ?? '');
if (redisProgram === null)
  process.stderr.write('SKIPPED: live watchers on Redis; none on the PATH\n');

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startTestPostgres({ durable: true });
});
afterAll(() => postgres.stop());

describe.each([
  ['PostgreSQL', false],
  ['Redis', redisProgram === null],
] as const)('watchers of couriers, with hubs that share %s', (kind, absent) => {
  test.skipIf(absent)(
    'continue at the other when one is killed, and never go back',
    async () => {
      const stage = await setUp(kind);
      const moving = move(stage);
      try {
        const { balancer, parcel, token } = stage;
        const watchers = [
          ...[watchBySocket(balancer.url, COURIERS), watchBySocket(balancer.url, COURIERS)],
          ...[watchByEvents(balancer.url, COURIERS), watchByEvents(balancer.url, COURIERS)],
          ...[watchByPolling(balancer.url, COURIERS), watchByPolling(balancer.url, COURIERS)],
          ...[watchPage(balancer.url, parcel, token), watchPage(balancer.url, parcel, token)],
        ];
        await allNewerThan(watchers, Date.now());
        for (const slot of [0, 1]) {
          const usualMs = await timeToWatch(balancer);
          const killedAtMs = Date.now();
          await stage.hubs[slot]?.kill();
          const backMs = await allNewerThan(watchers, killedAtMs);
          process.stdout.write(
            `hub ${slot + 1} on ${kind} killed: all back after ${backMs} ms; one connection takes ${usualMs} ms\n`,
          );
          expect(backMs).toBeLessThanOrEqual(BACK_MS_MAX + BUSY_TIMES * usualMs);
          await stage.restart(slot);
          await allNewerThan(watchers, Date.now());
        }
        for (const { name, faults, end } of watchers) {
          end();
          expect([name, faults]).toEqual([name, []]);
        }
      } finally {
        await moving.stop();
        await stage.close();
      }
    },
    600_000,
  );
});

/** Resolves to the time since then until each watcher had a later place of all couriers. */
async function allNewerThan(watchers: readonly LiveWatcher[], atMs: number): Promise<number> {
  await vi.waitFor(
    () =>
      expect(watchers.filter((each) => each.newestMs() <= atMs).map(({ name }) => name)).toEqual(
        [],
      ),
    PATIENCE,
  );
  return Date.now() - atMs;
}

/** The time this machine now needs to serve a new watcher. */
async function timeToWatch({ url }: Balancer): Promise<number> {
  const fromMs = Date.now();
  const watcher = watchBySocket(url, COURIERS);
  await vi.waitFor(() => expect(watcher.newestMs()).toBeGreaterThan(0), PATIENCE);
  watcher.end();
  return Date.now() - fromMs;
}

interface Stage {
  readonly balancer: Balancer;
  readonly hubs: RunningHub[];
  readonly couriers: readonly string[];
  /** Its number, and the token of its page. */
  readonly parcel: string;
  readonly token: string;
  restart(slot: number): Promise<void>;
  close(): Promise<void>;
}

async function setUp(kind: 'PostgreSQL' | 'Redis'): Promise<Stage> {
  const redis = kind === 'Redis' ? await startRedis() : null;
  const env = {
    DATABASE_URL: await createDatabase(`live_${kind.toLowerCase()}`),
    WAYBILL_MASTER_KEY: 'ab'.repeat(32),
    WAYBILL_ROLES: 'api,worker',
    ...(redis === null ? {} : { REDIS_URL: redis.url }),
  };
  const folders = [newDataFolder(), newDataFolder()];
  const hubs: RunningHub[] = [];
  for (const folder of folders) hubs.push(await startHub(folder, env));
  const balancer = await startBalancer(hubs.map(({ url }) => url));
  const couriers: string[] = [];
  for (let index = 0; index < COURIERS; index += 1) {
    const wanted = { name: `Courier ${index}`, vehicle: 'van', shift: 'on' };
    couriers.push((await callApi<{ id: string }>(balancer.url, 'POST', '/v1/couriers', wanted)).id);
  }
  const { number, token } = await loadedParcel(balancer.url, couriers[0] ?? '');
  return {
    balancer,
    hubs,
    couriers,
    parcel: number,
    token,
    async restart(slot) {
      hubs[slot] = await startHub(folders[slot] ?? '', env);
      balancer.use(hubs.map(({ url }) => url));
    },
    async close() {
      await balancer.close();
      await Promise.all(hubs.map((hub) => hub.stop().catch(() => {})));
      await redis?.stop();
      for (const folder of folders) removeDataFolder(folder);
    },
  };
}

/** A parcel out for delivery with that courier, whose recipient has a link. */
async function loadedParcel(url: URL, courierId: string) {
  const made = await callApi<{ id: string; tracking_number: string }>(
    url,
    'POST',
    '/v1/shipments',
    {
      carrier: 'fleet',
      destination: { line1: 'Street 1', postal_code: '22767', city: 'Hamburg', country: 'DE' },
      recipient: { email: 'reader@example.com' },
    },
  );
  const { id, tracking_number: number } = made;
  const listed = { parcels: [{ shipment_id: id }] };
  await callApi(url, 'PUT', `/v1/couriers/${courierId}/route`, listed);
  const path = `/v1/couriers/${courierId}/enrolments`;
  const { code } = await callApi<{ code: string }>(url, 'POST', path, {});
  const device = { name: 'Phone' };
  const enrolled = await post(url, '/v1/driver/enrol', null, { code, device });
  const { device_key: key } = (await enrolled.json()) as { device_key: string };
  const at = new Date().toISOString();
  const event = { id: 'e-1', type: 'scan', at, tracking_number: number, code: 'LOAD' };
  const scanned = await post(url, '/v1/driver/events', key, [event]);
  expect(await scanned.json()).toMatchObject({ results: [{ outcome: 'accepted' }] });
  const link = await callApi<{ url: string }>(url, 'POST', `/v1/shipments/${id}/links`, {});
  const token = new URL(link.url).searchParams.get('t') ?? '';
  await vi.waitFor(async () => {
    const shipment = await callApi<{ status: string }>(url, 'GET', `/v1/shipments/${id}`);
    expect(shipment.status).toBe('out_for_delivery');
  }, PATIENCE);
  return { number, token };
}

function post(url: URL, path: string, key: string | null, body: unknown): Promise<Response> {
  return fetch(new URL(path, url), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify(body),
  });
}

/** All couriers move, through any hub; positions that no hub accepts are lost. */
function move({ balancer, couriers }: Stage) {
  let stopping = false;
  let metres = 0;
  const run = (async () => {
    while (!stopping) {
      metres += 1;
      const ts = new Date().toISOString();
      const at = { ts, lat: 53.5 + metres / 111_195, lng: 9.9, accuracy_m: 5 };
      const positions = couriers.map((courier_id) => ({ courier_id, ...at }));
      await post(balancer.url, '/v1/positions', HUB_TEST_KEY, positions)
        .then((answer) => answer.text())
        .catch(() => {});
      await pause(MOVE_EVERY_MS);
    }
  })();
  return {
    async stop() {
      stopping = true;
      await run;
    },
  };
}

async function createDatabase(name: string): Promise<string> {
  const admin = new pg.Client(postgres.url);
  await admin.connect();
  await admin.query(`create database ${name}`);
  await admin.end();
  return postgres.url.replace(/@\/[^?]*/, `@/${name}`);
}

async function startRedis(): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', '/tmp'];
  const child = spawn(redisProgram?.file ?? '', args, { stdio: 'ignore' });
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
