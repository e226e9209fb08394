import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import pg from 'pg';
import type { Random } from '../../../src/kernel/seeded-random.ts';
import { startTestPostgres } from '../../../src/platform/test-postgres.ts';
import { newDataFolder, type RunningHub, removeDataFolder, startHub } from '../hubs/hub-process.ts';
import { pause } from '../hubs/kill-under-load.ts';

/**
 * The victims of kills: a matching process, the answering one, Redis, PostgreSQL's main process,
 * one of its backends.
 */
export const DISPATCH_VICTIMS = ['dispatcher', 'redis', 'postgres', 'hub', 'backend'] as const;
export type DispatchVictim = (typeof DISPATCH_VICTIMS)[number];

/**
 * One answering process, two matching ones, a shared PostgreSQL and optionally a shared Redis: as
 * on servers.
 */
export interface DispatchStage {
  /** The answering process, which is another one after a kill. */
  url(): URL;
  /** A connection from outside; rejects while PostgreSQL is down. */
  query<T extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<T[]>;
  /** Ends one with SIGKILL; resolves to a function that brings it back. */
  kill(victim: DispatchVictim, random: Random): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

const DISPATCHERS = 2;
const BACK_MS_MAX = 300_000;

/** @param redisProgram the file of redis-server; null: without. */
export async function startDispatchStage(redisProgram: string | null): Promise<DispatchStage> {
  const postgres = await startTestPostgres({ durable: true });
  const redis = redisProgram === null ? null : await openRedis(redisProgram);
  const env = {
    DATABASE_URL: postgres.url,
    WAYBILL_MASTER_KEY: 'ab'.repeat(32),
    WAYBILL_SANDBOX: 'off',
    WAYBILL_PUBLIC_RATE: 'off',
    ...(redis === null ? {} : { REDIS_URL: redis.url }),
  };
  const folders = Array.from({ length: DISPATCHERS + 1 }, newDataFolder);
  const start = (slot: number): Promise<RunningHub> =>
    startHub(folders[slot] ?? '', { ...env, WAYBILL_ROLES: slot === 0 ? 'api' : 'worker' });
  const hubs: RunningHub[] = [];
  for (let slot = 0; slot <= DISPATCHERS; slot += 1) hubs.push(await start(slot));

  let client: pg.Client | null = null;
  const connected = async (): Promise<pg.Client> => {
    if (client !== null) return client;
    const fresh = new pg.Client(postgres.url);
    fresh.on('error', () => {
      if (client === fresh) client = null;
    });
    fresh.on('end', () => {
      if (client === fresh) client = null;
    });
    await fresh.connect();
    client = fresh;
    return fresh;
  };

  async function killHub(slot: number): Promise<() => Promise<void>> {
    await hubs[slot]?.kill();
    return async () => {
      hubs[slot] = await start(slot);
    };
  }

  async function killBackend(random: Random): Promise<void> {
    const deadline = performance.now() + BACK_MS_MAX;
    for (;;) {
      const db = await connected();
      const { rows } = await db.query<{ pid: number }>(
        `select pid from pg_stat_activity
         where backend_type = 'client backend' and pid <> pg_backend_pid() order by pid`,
      );
      const pid = rows[random.below(Math.max(1, rows.length))]?.pid;
      if (pid !== undefined && isKilled(pid)) return;
      if (performance.now() > deadline) throw new Error('PostgreSQL has no process to be killed');
      await pause(50);
    }
  }

  const query = async <T extends pg.QueryResultRow>(text: string, values?: unknown[]) =>
    (await (await connected()).query<T>(text, values)).rows;
  return {
    url: () => hubs[0]?.url ?? new URL('http://127.0.0.1:1'),
    query,
    async kill(victim, random) {
      if (victim === 'hub') return killHub(0);
      if (victim === 'dispatcher') return killHub(1 + random.below(DISPATCHERS));
      if (victim === 'redis') {
        await redis?.kill();
        return async () => redis?.start();
      }
      if (victim === 'postgres') process.kill(postgres.pid(), 'SIGKILL');
      else await killBackend(random);
      // A supervisor would restart it once all connections are known to be broken.
      return async () => {
        const deadline = performance.now() + BACK_MS_MAX;
        while (client !== null) {
          if (performance.now() > deadline) throw new Error('PostgreSQL ended no connection');
          await pause(10);
        }
        await untilAnswered(() => query('select 1'));
      };
    },
    async close() {
      await Promise.all(hubs.map((hub) => hub.stop().catch(() => hub.kill())));
      await client?.end().catch(() => {});
      await redis?.kill();
      await postgres.stop();
      for (const folder of folders) removeDataFolder(folder);
    },
  };
}

/** False: its connection was closed meanwhile. */
function isKilled(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

async function untilAnswered(ask: () => Promise<unknown>): Promise<void> {
  const deadline = performance.now() + BACK_MS_MAX;
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await pause(50);
    }
  }
}

interface RedisServer {
  readonly url: string;
  /** On its old port, and empty. */
  start(): Promise<void>;
  kill(): Promise<void>;
}

async function openRedis(program: string): Promise<RedisServer> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  let child: ChildProcess | null = null;
  const redis: RedisServer = {
    url: `redis://127.0.0.1:${port}`,
    async start() {
      const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', '/tmp'];
      const fresh = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
      child = fresh;
      let said = '';
      for await (const text of fresh.stdout) {
        said += String(text);
        if (said.includes('Ready to accept connections')) break;
      }
      fresh.stdout.resume();
    },
    async kill() {
      const going = child;
      child = null;
      if (going === null || going.exitCode !== null || going.signalCode !== null) return;
      going.kill('SIGKILL');
      await once(going, 'exit');
    },
  };
  await redis.start();
  return redis;
}
