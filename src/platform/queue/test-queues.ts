import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { systemClock } from '../clock.ts';
import { createLog } from '../observability/log.ts';
import type { RedisAddress } from '../redis/client.ts';
import { findRedisProgram } from '../redis/program.ts';
import { openRedis, type RedisServer } from '../redis/redis.ts';
import { createTestDatabase, type TestDatabase } from '../test-postgres.ts';
import { openWakeQueue, type WakeQueue } from './queue.ts';

const searchPath = process.env.PATH ?? '';
const program = await findRedisProgram(searchPath);
if (program === null) process.stderr.write('SKIPPED: the queue on Redis; none on the PATH\n');

/** The backends of a queue, and whether each is missing here. */
export const QUEUE_KINDS = [
  ['Redis', program === null],
  ['PostgreSQL', false],
] as const;

export interface TestQueues {
  /** Opens the test's queue as another process does; stopped at the end of the test. */
  opened(): Promise<WakeQueue>;
  /** Returns the queue's backend, for another process. */
  place(): {
    readonly name: string;
    readonly address: RedisAddress | null;
    readonly databaseUrl: string;
  };
}

/** Provides, within a `describe`, a server for its tests, and another queue for each test. */
export function testQueues(kind: (typeof QUEUE_KINDS)[number][0], absent: boolean): TestQueues {
  let database: TestDatabase;
  let redis: RedisServer | null = null;
  let data: string;
  let index = 0;
  const queues: WakeQueue[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    data = mkdtempSync(path.join(os.tmpdir(), 'waybill-queue-test-'));
    if (kind === 'PostgreSQL' || absent) return;
    const place = { redisUrl: null, redisPrivate: true, databaseUrl: null, data, searchPath };
    redis = await openRedis({ place });
  });
  afterEach(async () => {
    index += 1;
    await Promise.all(queues.splice(0).map((queue) => queue.stop()));
  });
  afterAll(async () => {
    await redis?.stop();
    rmSync(data, { recursive: true, force: true });
    await database.drop();
  });

  return {
    opened: async () => {
      const queue = await openWakeQueue({
        name: `test-${index}`,
        namespace: 'test',
        redis,
        databaseUrl: database.url,
        clock: systemClock,
        log: createLog({ level: 'silent' }),
      });
      queues.push(queue);
      return queue;
    },
    place: () => ({
      name: `test-${index}`,
      address: redis?.address ?? null,
      databaseUrl: database.url,
    }),
  };
}

/** A handler that records its calls; `count(n)` resolves when n wake-ups were handled. */
export function recorder() {
  const received: { key: string; atMs: number }[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  return {
    received,
    handle: async (key: string) => {
      received.push({ key, atMs: systemClock.nowMs() });
      for (const { count, resolve } of waiting) if (received.length >= count) resolve();
    },
    count: (count: number) =>
      new Promise<void>((resolve) => {
        if (received.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
  };
}
