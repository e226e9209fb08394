import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type ManualClock, manualClock } from '../../platform/clock.ts';
import { type Database, openDatabase } from '../../platform/database/database.ts';
import { createLog } from '../../platform/observability/log.ts';
import { createTestDatabase, type TestDatabase } from '../../platform/test-postgres.ts';
import { createTestQueue, type TestQueue } from './test-queue.ts';
import { startWakeLoop, type WakeAccount, type WakeLoop, type WakeLoopDeps } from './wake.ts';
import { overlooked } from './wakes.sql.ts';

const T = Date.parse('2026-03-02T10:00:00Z');
let database: TestDatabase;
let db: Database;
let clock: ManualClock;
let loops: WakeLoop[] = [];
const merchantId = randomUUID();

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase({ url: database.url });
  await db.owner.query(`insert into merchants (id, slug, name) values ($1, 'acme', 'Acme')`, [
    merchantId,
  ]);
});
beforeEach(() => {
  clock = manualClock(T);
});
afterEach(async () => {
  await Promise.all(loops.map((loop) => loop.stop()));
  loops = [];
  await db.pipeline.query('delete from carrier_accounts');
});
afterAll(async () => {
  await db.end();
  await database.drop();
});

async function account(carrier = 'acme'): Promise<WakeAccount> {
  const id = randomUUID();
  await db.pipeline.query(
    `insert into carrier_accounts (id, merchant_id, mode, carrier, label, webhook_secrets,
                                   created_at, environment)
     values ($1, $2, 'live', $3, 'test', '', now(), 'production')`,
    [id, merchantId, carrier],
  );
  return { id, carrier };
}

async function started(
  accounts: readonly WakeAccount[],
  runAccount: WakeLoopDeps['runAccount'],
  queue: TestQueue = createTestQueue(),
): Promise<{ loop: WakeLoop; queue: TestQueue }> {
  const loop = await startWakeLoop({
    db,
    queue,
    accounts: async () => accounts,
    runAccount,
    clock,
    randomBytes: (length) => new Uint8Array(length),
    log: createLog({ level: 'silent' }),
  });
  loops.push(loop);
  return { loop, queue };
}

/** The loop's first pass through the accounts ends with their calls in the queue. */
const called = (queue: TestQueue, id: string) =>
  vi.waitFor(() => expect(queue.waiting.has(id)).toBe(true), { timeout: 5_000 });

test('a new account runs at once, and then when the run said', async () => {
  const one = await account();
  const ran: number[] = [];
  const { queue } = await started([one], async () => {
    ran.push(clock.nowMs());
    return { nextWakeAtMs: clock.nowMs() + 60_000 };
  });
  await called(queue, one.id);
  await queue.deliver(T);
  await vi.waitFor(() => expect(queue.waiting.get(one.id)).toBe(T + 60_000));
  expect(await queue.deliver(T + 59_999)).toBe(0);
  clock.set(T + 60_000);
  await queue.deliver(T + 60_000);
  expect(ran).toEqual([T, T + 60_000]);
});

test('new work brings the look forward, also while one is under way, and never back', async () => {
  const one = await account();
  let finish = (): void => {};
  const { queue, loop } = await started([one], async () => {
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    return { nextWakeAtMs: clock.nowMs() + 3_600_000 };
  });
  await called(queue, one.id);
  await queue.deliver(T);
  loop.wake(one.id, T + 5_000);
  loop.wake(one.id, T + 9_000);
  await vi.waitFor(() => expect(queue.waiting.get(one.id)).toBe(T + 5_000));
  finish();
  const due = () =>
    db.pipeline
      .query('select due_at, lease_until from account_wakes where account_id = $1', [one.id])
      .then(({ rows }) => rows[0]);
  await vi.waitFor(async () =>
    expect(await due()).toEqual({ due_at: new Date(T + 5_000), lease_until: null }),
  );
});

test('two processes never look at one account at once, and one that is busy is not forgotten', async () => {
  const one = await account();
  let running = 0;
  let most = 0;
  let finish = (): void => {};
  const run = async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    running -= 1;
    return { nextWakeAtMs: null };
  };
  const first = await started([one], run);
  const second = await started([one], run);
  await called(first.queue, one.id);
  await first.queue.deliver(T);
  await second.queue.wake(one.id, T);
  await second.queue.deliver(T);
  second.loop.wake(one.id, T);
  await vi.waitFor(() => expect(second.queue.waiting.has(one.id)).toBe(true));
  await second.queue.deliver(T);
  expect(most).toBe(1);
  finish();
  await vi.waitFor(() => expect(first.queue.waiting.get(one.id)).toBe(T));
});

test('the account of a dead process is taken over once its lease has expired, within 30 s', async () => {
  const one = await account();
  const dead = await started([one], () => new Promise(() => {}));
  await called(dead.queue, one.id);
  await dead.queue.deliver(T);
  loops = []; // it is never stopped: its process is gone
  clock.advance(25_000);
  const ran: string[] = [];
  const { queue } = await started([one], async (id) => {
    ran.push(id);
    return { nextWakeAtMs: null };
  });
  await called(queue, one.id);
  await queue.deliver(clock.nowMs());
  expect(ran).toEqual([one.id]);
});

test('a look that fails is tried again after a pause that grows', async () => {
  const one = await account();
  const { queue } = await started([one], async () => {
    throw new Error('no database');
  });
  await called(queue, one.id);
  const pausesMs: number[] = [];
  for (let i = 0; i < 3; i += 1) {
    await queue.deliver(clock.nowMs());
    await called(queue, one.id);
    const atMs = queue.waiting.get(one.id) ?? 0;
    pausesMs.push(atMs - clock.nowMs());
    clock.set(atMs);
  }
  expect(pausesMs).toEqual([4_000, 8_000, 16_000]);
});

test('a carrier whose accounts all hang delays no other, and those that wait for a place get it', async () => {
  const hanging = await Promise.all(Array.from({ length: 20 }, () => account('slow')));
  const other = await account('quick');
  const finishes: (() => void)[] = [];
  const ran: string[] = [];
  const { queue } = await started([...hanging, other], async (id) => {
    ran.push(id);
    if (id === other.id) return { nextWakeAtMs: null };
    await new Promise<void>((resolve) => finishes.push(resolve));
    return { nextWakeAtMs: null };
  });
  await called(queue, other.id);
  await vi.waitFor(() => expect(queue.waiting.size).toBe(21));
  await queue.deliver(T);
  expect(ran).toContain(other.id);
  expect(ran).toHaveLength(17);
  finishes[0]?.();
  await vi.waitFor(() => expect(ran).toHaveLength(18));
  for (let i = 1; i < 20; i += 1) {
    await vi.waitFor(() => expect(finishes.length).toBeGreaterThan(i));
    finishes[i]?.();
  }
});

/** A queue whose server is down: what it is asked never ends. */
function silentQueue(): TestQueue {
  return { ...createTestQueue(), wake: () => new Promise(() => {}) };
}

const dueAt = (id: string, atMs: number) =>
  db.pipeline.query(
    'insert into account_wakes (account_id, due_at) values ($1, to_timestamp($2 / 1000.0))',
    [id, atMs],
  );

test('accounts run without the queue when it does not answer, and new work is stored', async () => {
  const [one, other, later] = [await account(), await account(), await account('other')];
  for (const { id } of [one, other]) await dueAt(id, T - 10_000);
  await dueAt(later.id, T + 60_000);
  const ran: string[] = [];
  const run = async (id: string) => {
    ran.push(id);
    return { nextWakeAtMs: T + 60_000 };
  };
  const { loop } = await started([one, other, later], run, silentQueue());
  await vi.waitFor(() => expect(ran.toSorted()).toEqual([one.id, other.id].toSorted()));
  for (const { id } of [one, later]) {
    loop.wake(id, T + 5_000);
    await vi.waitFor(async () => {
      const { rows } = await db.pipeline.query(
        'select due_at from account_wakes where account_id = $1',
        [id],
      );
      expect(rows).toEqual([{ due_at: new Date(T + 5_000) }]);
    });
  }
  await loop.stop();
});

test('an account that the queue has just been asked to wake is left to the queue', async () => {
  const one = await account();
  await dueAt(one.id, T - 9_999);
  const ran: string[] = [];
  const { queue } = await started([one], async (id) => {
    ran.push(id);
    return { nextWakeAtMs: null };
  });
  await called(queue, one.id);
  expect(ran).toEqual([]);
});

test('accounts that are known to wait hide no other from a sweep', async () => {
  const [longest, other] = [await account('slow'), await account()];
  await dueAt(longest.id, T - 60_000);
  await dueAt(other.id, T - 30_000);
  const found = (exceptIds: readonly string[]) =>
    overlooked(db.pipeline, T, 2_000, 1, exceptIds).then(([first]) => first?.accountId);
  expect(await found([])).toBe(longest.id);
  expect(await found([longest.id])).toBe(other.id);
});

test('stopping waits for running work and signals it to end', async () => {
  const one = await account();
  let ended = false;
  const { queue, loop } = await started([one], async (_, signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    ended = true;
    return { nextWakeAtMs: T };
  });
  await called(queue, one.id);
  await queue.deliver(T);
  await loop.stop();
  expect(ended).toBe(true);
  const { rows } = await db.pipeline.query('select lease_until from account_wakes');
  expect(rows).toEqual([{ lease_until: null }]);
});

test('an account that was disabled for a while runs at once when it is enabled again', async () => {
  const [elder, other] = [await account(), await account()];
  const inCharge = [elder];
  const ran: string[] = [];
  const run = async (id: string) => {
    ran.push(id);
    return { nextWakeAtMs: null };
  };
  const first = await started([elder, other], run);
  await called(first.queue, other.id);
  await first.queue.deliver(T);
  await vi.waitFor(() => expect(ran).toContain(other.id));
  await first.loop.stop();
  const left = await started(inCharge, run);
  await vi.waitFor(async () => {
    const { rows } = await db.pipeline.query('select account_id from account_wakes');
    expect(rows.map(({ account_id }) => account_id)).not.toContain(other.id);
  });
  await left.loop.stop();
  const again = await started([other], run);
  await called(again.queue, other.id);
});
