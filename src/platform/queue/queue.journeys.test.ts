import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { createLog } from '../observability/log.ts';
import { createTestDatabase } from '../test-postgres.ts';
import { openWakeQueue } from './queue.ts';
import { QUEUE_KINDS, recorder, testQueues } from './test-queues.ts';

describe.each(QUEUE_KINDS)('the queue on %s', (kind, absent) => {
  const { opened } = testQueues(kind, absent);
  const now = () => systemClock.nowMs();

  test.skipIf(absent)('uses the right backend', async () => {
    expect((await opened()).kind).toBe(kind === 'Redis' ? 'redis' : 'postgres');
  });

  test.skipIf(absent)('hands over a key at its time and not before', async () => {
    const queue = await opened();
    const { received, handle, count } = recorder();
    await queue.start(handle, { concurrency: 2 });
    const atMs = now() + 400;
    await queue.wake('one', atMs);
    await count(1);
    expect(received[0]?.key).toBe('one');
    expect(received[0]?.atMs).toBeGreaterThanOrEqual(atMs - 5);
    // It is handled at its time, not only at the next check of everything.
    expect(received[0]?.atMs).toBeLessThan(atMs + 20_000);
  });

  test.skipIf(absent)(
    'stores one wake-up per key, the earliest, in whatever order they come',
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
    'of many requested at once by several processes the earliest counts',
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

  test.skipIf(absent)(
    'a wake-up during the handling of its key is handled afterwards',
    async () => {
      const queue = await opened();
      const { received, handle, count } = recorder();
      await queue.start(
        async (key) => {
          if (received.length === 0) {
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
    },
  );

  test.skipIf(absent)('stopping waits for running handlers', async () => {
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

  test.skipIf(absent)('a key that is none is refused', async () => {
    const queue = await opened();
    await expect(queue.wake('a:b', now())).rejects.toThrow('is not a wake-up key');
  });
});

test("the queue’s role can access the queue’s tables and no tenant's", async () => {
  const database = await createTestDatabase();
  const queue = await openWakeQueue({
    name: 'role',
    namespace: 'test',
    redis: null,
    databaseUrl: database.url,
    clock: systemClock,
    log: createLog({ level: 'silent' }),
  });
  const client = new pg.Client(database.url);
  await client.connect();
  await client.query('set role waybill_queue');
  await expect(client.query('select * from public.event_log')).rejects.toThrow('permission denied');
  await client.query('select count(*) from bullmq.job');
  await client.end();
  await queue.stop();
  await database.drop();
});
