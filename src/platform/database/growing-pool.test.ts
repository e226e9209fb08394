import type pg from 'pg';
import { afterEach, expect, test } from 'vitest';
import { manualTimers } from '../work/test-timers.ts';
import { GrowingPool } from './growing-pool.ts';
import { servePostgres } from './test-server.ts';

const leaving: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const leave of leaving.splice(0)) await leave();
});

/** A pool of up to ten connections, to a server that welcomes everybody. */
async function open(max = 10) {
  const server = await servePostgres();
  const timers = manualTimers();
  const pool = new GrowingPool({ connectionString: server.url, max }, timers);
  const lent: pg.PoolClient[] = [];
  leaving.push(async () => {
    const ended = pool.end();
    for (const client of lent.splice(0)) client.release();
    await ended;
    server.close();
  });
  return {
    pool,
    timers,
    lent,
    /** Asks for connections; `lent` has those that were given. */
    ask(count: number): void {
      for (let asked = 0; asked < count; asked += 1) {
        pool.connect().then(
          (client) => lent.push(client),
          () => {},
        );
      }
    },
    release(count: number): void {
      for (const client of lent.splice(0, count)) client.release();
    },
  };
}

test('callers that come at once share a few connections', async () => {
  const { pool, lent, ask, release } = await open();
  ask(5);
  await expect.poll(() => lent.length).toBe(3);
  expect([pool.totalCount, pool.waitingCount]).toEqual([3, 2]);
  release(3);
  await expect.poll(() => lent.length).toBe(2);
  expect(pool.totalCount).toBe(3);
});

test('it doubles while somebody waits, up to its maximum', async () => {
  const { pool, timers, lent, ask } = await open();
  ask(12);
  await expect.poll(() => lent.length).toBe(3);
  timers.advance(99);
  expect(pool.totalCount).toBe(3);
  timers.advance(1);
  await expect.poll(() => lent.length).toBe(6);
  timers.advance(100);
  await expect.poll(() => lent.length).toBe(10);
  timers.advance(100);
  expect([pool.totalCount, pool.waitingCount]).toEqual([10, 2]);
});

test('it closes connections again once most are unused and nobody has waited for a while', async () => {
  const { pool, timers, lent, ask, release } = await open();
  ask(10);
  for (const opened of [3, 6, 10]) {
    await expect.poll(() => lent.length).toBe(opened);
    timers.advance(100);
  }
  timers.advance(20_000);
  expect(pool.totalCount).toBe(10);
  release(10);
  for (const left of [7, 5, 3]) {
    timers.advance(2_000);
    await expect.poll(() => pool.totalCount).toBe(left);
  }
  timers.advance(2_000);
  expect([pool.totalCount, timers.set]).toEqual([3, 0]);
});

test('one with a small maximum never exceeds it', async () => {
  const { pool, timers, lent, ask } = await open(1);
  ask(2);
  await expect.poll(() => lent.length).toBe(1);
  timers.advance(1_000);
  expect([pool.totalCount, pool.waitingCount]).toEqual([1, 1]);
});
