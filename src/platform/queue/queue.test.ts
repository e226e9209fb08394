import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { createLog } from '../observability/log.ts';
import { findRedisProgram } from '../redis/program.ts';
import { openRedis, type RedisServer } from '../redis/redis.ts';
import { createTestDatabase, type TestDatabase } from '../test-postgres.ts';
import { openWakeQueue, type WakeQueue } from './queue.ts';

const searchPath = process.env.PATH ?? '';
const program = await findRedisProgram(searchPath);
if (program === null) process.stderr.write('SKIPPED: the queue on Redis; none on the PATH\n');

const log = createLog({ level: 'silent' });
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe.each([
  ['Redis', program === null],
  ['PostgreSQL', false],
] as const)('the queue on %s', (kind, absent) => {
  let redis: RedisServer | null = null;
  let data: string;
  let name = 0;
  const queues: WakeQueue[] = [];

  beforeAll(async () => {
    data = mkdtempSync(path.join(os.tmpdir(), 'waybill-queue-test-'));
    if (kind === 'PostgreSQL' || absent) return;
    const place = { redisUrl: null, redisPrivate: true, databaseUrl: null, data, searchPath };
    redis = await openRedis({ place });
  });
  afterEach(async () => {
    name += 1;
    await Promise.all(queues.splice(0).map((queue) => queue.stop()));
  });
  afterAll(async () => {
    await redis?.stop();
    rmSync(data, { recursive: true, force: true });
  });

  async function opened(): Promise<WakeQueue> {
    const queue = await openWakeQueue({
      name: `test-${name}`,
      namespace: 'test',
      redis,
      databaseUrl: database.url,
      clock: systemClock,
      log,
    });
    queues.push(queue);
    return queue;
  }

  /** Handles and remembers; `count(n)` resolves when n wake-ups were handled. */
  function recorder() {
    const heard: { key: string; atMs: number }[] = [];
    const waiting: { count: number; resolve: () => void }[] = [];
    return {
      heard,
      handle: async (key: string) => {
        heard.push({ key, atMs: systemClock.nowMs() });
        for (const { count, resolve } of waiting) if (heard.length >= count) resolve();
      },
      count: (count: number) =>
        new Promise<void>((resolve) => {
          if (heard.length >= count) resolve();
          else waiting.push({ count, resolve });
        }),
    };
  }

  const now = () => systemClock.nowMs();

  test.skipIf(absent)('stands where it should', async () => {
    expect((await opened()).kind).toBe(kind === 'Redis' ? 'redis' : 'postgres');
  });

  test.skipIf(absent)('hands over a key at its time and not before', async () => {
    const queue = await opened();
    const { heard, handle, count } = recorder();
    await queue.start(handle, { concurrency: 2 });
    const atMs = now() + 400;
    await queue.wake('one', atMs);
    await count(1);
    expect(heard[0]?.key).toBe('one');
    expect(heard[0]?.atMs).toBeGreaterThanOrEqual(atMs - 5);
    expect(heard[0]?.atMs).toBeLessThan(atMs + 3_000);
  });

  test.skipIf(absent)(
    'keeps one wake-up a key, the earliest, in whatever order they come',
    async () => {
      const queue = await opened();
      await queue.wake('k', now() + 60_000);
      await queue.wake('k', now() + 300);
      await queue.wake('k', now() + 90_000);
      expect(await queue.figures()).toEqual({ waiting: 0, delayed: 1, active: 0 });
      const { handle, count } = recorder();
      await queue.start(handle, { concurrency: 1 });
      await count(1);
    },
  );

  test.skipIf(absent)(
    'of many asked for at once by several processes the earliest counts',
    async () => {
      const [one, two] = [await opened(), await opened()];
      const atMs = now() + 300;
      const far = Array.from({ length: 12 }, (_, i) => now() + 60_000 + i * 1_000);
      await Promise.all([...far, atMs, ...far].map((at, i) => (i % 2 ? one : two).wake('k', at)));
      const { handle, count } = recorder();
      await one.start(handle, { concurrency: 1 });
      await count(1);
    },
  );

  test.skipIf(absent)('what comes while a key is handled is handled after', async () => {
    const queue = await opened();
    const { heard, handle, count } = recorder();
    await queue.start(
      async (key) => {
        if (heard.length === 0) {
          await queue.wake(key, now());
          await queue.wake(key, now());
        }
        await handle(key);
      },
      { concurrency: 1 },
    );
    await queue.wake('k', now());
    await count(2);
    expect((await queue.figures()).delayed).toBe(0);
  });

  test.skipIf(absent)('stopping waits for what is being handled', async () => {
    const queue = await opened();
    let finish = (): void => {};
    let begun = (): void => {};
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    let done = false;
    await queue.start(
      async () => {
        begun();
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        done = true;
      },
      { concurrency: 1 },
    );
    await queue.wake('k', now());
    await hasBegun;
    const stopped = queue.stop();
    finish();
    await stopped;
    expect(done).toBe(true);
  });

  test.skipIf(absent)(
    'what a killed process was handling is handled by another within 30 s',
    async () => {
      const queue = await opened();
      const file = fileURLToPath(new URL('test-holder.ts', import.meta.url));
      const holder = { name: `test-${name}`, address: redis?.address ?? null, key: 'k' };
      const told = JSON.stringify({ ...holder, databaseUrl: database.url });
      const child = spawn(process.execPath, ['--import', 'tsx', file, told], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      child.kill('SIGKILL');
      const killedAtMs = now();
      const { heard, handle, count } = recorder();
      await queue.start(handle, { concurrency: 1 });
      await count(1);
      expect(heard[0]?.key).toBe('k');
      expect(now() - killedAtMs).toBeLessThan(30_000);
    },
    60_000,
  );

  test.skipIf(absent)('a key that is none is refused', async () => {
    const queue = await opened();
    await expect(queue.wake('a:b', now())).rejects.toThrow('is not a wake-up key');
  });
});

test('the queue’s role reaches the queue’s tables and none of a tenant', async () => {
  const queue = await openWakeQueue({
    name: 'role',
    namespace: 'test',
    redis: null,
    databaseUrl: database.url,
    clock: systemClock,
    log,
  });
  const client = new pg.Client(database.url);
  await client.connect();
  await client.query('set role waybill_queue');
  await expect(client.query('select * from public.event_log')).rejects.toThrow('permission denied');
  await client.query('select count(*) from bullmq.job');
  await client.end();
  await queue.stop();
});
