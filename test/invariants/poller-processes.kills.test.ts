import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Random, randomFrom } from '../../src/kernel/seeded-random.ts';
import { createApiKey } from '../../src/merchants/index.ts';
import { systemClock, systemRandom } from '../../src/platform/clock.ts';
import { openDatabase } from '../../src/platform/database/database.ts';
import { findRedisProgram } from '../../src/platform/redis/program.ts';
import { startTestPostgres, type TestPostgres } from '../../src/platform/test-postgres.ts';
import { ALL_OBSERVATIONS } from '../../src/tracking/test-observations.ts';
import { fedexPush, PUSH_SECRET, parcelNumber, pushHeaders } from '../support/fedex-push.ts';
import {
  type FedexServer,
  type RecordedCall,
  scansOf,
  startFedexServer,
} from '../support/fedex-server.ts';
import {
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';

/**
 * Four poller processes on one database, one of them killed every few seconds: no number is polled
 * twice at once, and none is forgotten. A scan reported by both poll and push is one fact.
 */
const SEED = 3_141_592;
const POLLERS = 4;
const NUMBERS = 240;
const CHAOS_MS = 12_000;
/** For a machine on which processes hardly start. */
const CHAOS_MS_MAX = 180_000;
/** Fewer would prove little; more depend on how fast a process starts. */
const KILLS_MIN = 4;
const KILL_EVERY_MS = { min: 2_000, max: 4_000 };
/** The latency of real carriers; long enough for kills in the middle of a call. */
const ANSWER_MS = { min: 50, max: 600 };
const SETTLED_MS_MAX = 120_000;
const MASTER_KEY = 'ab'.repeat(32);

const redisProgram = await findRedisProgram(process.env['PATH'] ?? '');
if (redisProgram === null) process.stderr.write('SKIPPED: pollers on Redis; none on the PATH\n');

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startTestPostgres({ durable: true });
});
afterAll(() => postgres.stop());

describe.each([
  ['PostgreSQL', false],
  ['Redis', redisProgram === null],
] as const)('pollers on %s', (kind, absent) => {
  test.skipIf(absent)(
    'killed at random poll no number twice at once and forget none',
    async () => {
      const random = randomFrom(SEED);
      const stage = await setUp(kind, random);
      try {
        const kills = await chaos(stage, random);
        const sinceMs = await everythingDueOnceMore(stage);
        const polled = () => new Set(answeredSince(stage.carrier.seen, sinceMs));
        await vi.waitFor(() => expect(polled().size).toBe(NUMBERS), {
          timeout: SETTLED_MS_MAX,
          interval: 25,
        });
        expect(overlaps(stage.carrier.seen)).toEqual([]);
        expect(kills).toBeGreaterThanOrEqual(KILLS_MIN);
        await expectOneFactOfTwoSources(stage);
        process.stdout.write(
          `${kills} kills on ${kind}: ${stage.carrier.seen.length} numbers asked for, none twice at once\n`,
        );
      } finally {
        await stage.close();
      }
    },
    600_000,
  );
});

interface Stage {
  readonly carrier: FedexServer;
  readonly hub: RunningHub;
  readonly pollers: RunningHub[];
  readonly db: pg.Client;
  readonly key: string;
  readonly accountId: string;
  startPoller(slot: number): Promise<void>;
  close(): Promise<void>;
}

async function setUp(kind: 'PostgreSQL' | 'Redis', random: Random): Promise<Stage> {
  const name = `pollers_${kind.toLowerCase()}`;
  const databaseUrl = await createDatabase(name);
  const redis = kind === 'Redis' ? await startRedis() : null;
  const carrier = await startFedexServer(() => between(ANSWER_MS, random));
  const env = {
    DATABASE_URL: databaseUrl,
    WAYBILL_MASTER_KEY: MASTER_KEY,
    WAYBILL_SANDBOX: 'off',
    WAYBILL_CARRIER_URL_FEDEX: carrier.url,
    WAYBILL_POLLING_FLOOR_MINUTES: '1',
    ...(redis === null ? {} : { REDIS_URL: redis.url }),
  };
  const folders = Array.from({ length: POLLERS + 1 }, newDataFolder);
  const hub = await startHub(folders[POLLERS] ?? '', {
    ...env,
    WAYBILL_ROLES: 'api,webhooks,worker',
  });
  const db = new pg.Client(databaseUrl);
  await db.connect();
  const key = await liveKey(databaseUrl, db);
  const account = await call<{ id: string }>(hub, key, 'POST', '/v1/carrier-accounts', {
    carrier: 'fedex',
    label: 'main',
    credentials: { client_id: 'test-client', client_secret: 'test-secret' },
    webhook_secrets: [PUSH_SECRET],
  });
  const pollers: RunningHub[] = [];
  const startPoller = async (slot: number): Promise<void> => {
    pollers[slot] = await startHub(folders[slot] ?? '', { ...env, WAYBILL_ROLES: 'poller' });
  };
  await Promise.all(Array.from({ length: POLLERS }, (_, slot) => startPoller(slot)));
  for (let from = 0; from < NUMBERS; from += 60) {
    const shipments = Array.from({ length: 60 }, (_, i) => ({
      carrier: 'fedex',
      tracking_number: parcelNumber(from + i),
    }));
    await call(hub, key, 'POST', '/v1/shipments/batch', { shipments });
  }
  return {
    carrier,
    hub,
    pollers,
    db,
    key,
    startPoller,
    accountId: account.id,
    async close() {
      await Promise.all(pollers.map((poller) => poller.stop().catch(() => poller.kill())));
      await hub.stop().catch(() => hub.kill());
      await db.end();
      await carrier.close();
      await redis?.stop();
      for (const folder of folders) removeDataFolder(folder);
    },
  };
}

/**
 * Kills one poller after the other, while everything repeatedly comes due. Each is replaced at
 * once; at least one is always up.
 */
async function chaos(stage: Stage, random: Random): Promise<number> {
  const startMs = performance.now();
  const elapsedMs = () => performance.now() - startMs;
  const starting = new Map<number, Promise<void>>();
  let kills = 0;
  while (elapsedMs() < CHAOS_MS || (kills < KILLS_MIN && elapsedMs() < CHAOS_MS_MAX)) {
    await makeDue(stage);
    await sleep(between(KILL_EVERY_MS, random));
    const up = stage.pollers.map((_, slot) => slot).filter((slot) => !starting.has(slot));
    const slot = up[random.below(Math.max(1, up.length))];
    if (slot === undefined || up.length < 2) continue;
    await stage.pollers[slot]?.kill();
    kills += 1;
    starting.set(
      slot,
      stage.startPoller(slot).finally(() => starting.delete(slot)),
    );
  }
  await Promise.all(starting.values());
  return kills;
}

/** Simulates the passing of minutes: every unleased number is due again. */
async function makeDue({ db, accountId }: Stage): Promise<void> {
  await db.query(`update poll_targets set due_at = now(), refresh_requested_at = now(), value_class = 15
                  where ended_at is null and (lease_until is null or lease_until <= now())`);
  await db.query('update account_wakes set due_at = now() where lease_until is null');
  await db.query('select pg_notify($1, $2)', ['waybill_poller', accountId]);
}

/**
 * Leases of dead processes last for minutes: ends them by hand, once the carrier has answered the
 * last of their calls. Everything is due from then on.
 */
async function everythingDueOnceMore(stage: Stage): Promise<number> {
  await vi.waitFor(() => expect(stage.carrier.seen.filter(isOpen)).toEqual([]), {
    timeout: 20_000,
    interval: 5,
  });
  await stage.db.query('update poll_targets set lease_until = null where lease_until > now()');
  await makeDue(stage);
  return performance.now();
}

const isOpen = ({ endMs }: RecordedCall) => endMs === null;

function answeredSince(calls: readonly RecordedCall[], sinceMs: number): string[] {
  return calls
    .filter(({ startMs, answered }) => answered && startMs >= sinceMs)
    .map(({ number }) => number);
}

/** Numbers that were polled while the carrier was still answering an earlier call about them. */
function overlaps(calls: readonly RecordedCall[]): string[] {
  const last = new Map<string, RecordedCall>();
  return [...calls]
    .sort((one, other) => one.startMs - other.startMs)
    .flatMap((call) => {
      const name = `${call.account} ${call.number}`;
      const before = last.get(name);
      last.set(name, call);
      const isOverlap = before !== undefined && (before.endMs ?? Infinity) > call.startMs;
      return isOverlap ? [name] : [];
    });
}

/** The push repeats the poll's scan: one fact, reported by two sources. */
async function expectOneFactOfTwoSources(stage: Stage): Promise<void> {
  const { hub, db, accountId } = stage;
  const number = parcelNumber(7);
  const body = fedexPush({ number, scans: scansOf(number) });
  const url = new URL(`/webhooks/carrier/fedex/${accountId}`, hub.url);
  const answer = await fetch(url, { method: 'POST', body, headers: pushHeaders(body) });
  expect(answer.status).toBe(200);
  await vi.waitFor(
    async () => {
      const { rows } = await db.query(
        `select count(distinct f.identity)::int as facts,
                array_agg(distinct s.source order by s.source) as sources
         from facts f join shipments p on p.id = f.shipment_id
         join ${ALL_OBSERVATIONS} s on s.shipment_id = f.shipment_id and s.identity = f.identity
         where p.tracking_number = $1 group by f.identity`,
        [number],
      );
      const both = { facts: 1, sources: ['poll', 'webhook'] };
      expect(rows).toEqual(scansOf(number).map(() => both));
    },
    { timeout: 20_000, interval: 200 },
  );
}

async function createDatabase(name: string): Promise<string> {
  const admin = new pg.Client(postgres.url);
  await admin.connect();
  await admin.query(`create database ${name}`);
  await admin.end();
  return postgres.url.replace(/@\/[^?]*/, `@/${name}`);
}

async function liveKey(databaseUrl: string, db: pg.Client): Promise<string> {
  const { rows } = await db.query<{ id: string }>('select id from merchants');
  const pools = openDatabase({ url: databaseUrl });
  const deps = { db: pools, clock: systemClock, randomBytes: systemRandom };
  const tenant = { merchantId: rows[0]?.id ?? '', mode: 'live' } as const;
  const { text } = await createApiKey(deps, tenant, { name: 'test', scopes: ['admin'] });
  await pools.end();
  return text;
}

async function call<T>(
  hub: RunningHub,
  key: string,
  method: string,
  path: string,
  body: unknown,
): Promise<T> {
  const response = await fetch(new URL(path, hub.url), {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

async function startRedis(): Promise<{ url: string; stop(): Promise<void> }> {
  const port = await freePort();
  const password = randomBytes(12).toString('hex');
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--requirepass', password];
  const child = spawn(redisProgram?.file ?? '', [...args, '--save', '', '--dir', '/tmp'], {
    stdio: 'ignore',
  });
  return {
    url: `redis://:${password}@127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function between({ min, max }: { min: number; max: number }, random: Random): number {
  return min + random.below(max - min + 1);
}
