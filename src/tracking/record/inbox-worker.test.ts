import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BULK_PARTITION, PARTITIONS } from '../../intake/index.ts';
import { type DrainPartitions, type InboxWorker, startPartitionWorker } from './inbox-worker.ts';

/** A drain that has read its partitions and is not done yet. */
interface Held {
  readonly partitions: readonly number[];
  /** How many messages it read. */
  readonly found: number | null;
  finish(): void;
  fail(error: Error): void;
}

/**
 * An inbox in which the test keeps every drain unfinished after it has read one message of a
 * partition.
 */
function heldInbox() {
  const waiting = new Map<number, number>();
  const claimed = new Set<number>();
  const held: Held[] = [];
  const drain: DrainPartitions = (partitions) =>
    new Promise((resolve, reject) => {
      // As with advisory locks: a partition has one holder, and a drain that gets none returns.
      const free = partitions.filter((partition) => !claimed.has(partition));
      let read = 0;
      for (const partition of free) {
        claimed.add(partition);
        const left = waiting.get(partition) ?? 0;
        if (left === 0) continue;
        read += 1;
        waiting.set(partition, left - 1);
      }
      const found = free.length === 0 ? null : read;
      const end = () => {
        for (const partition of free) claimed.delete(partition);
        held.splice(held.indexOf(drained), 1);
      };
      const drained: Held = {
        partitions,
        found,
        finish() {
          end();
          resolve(found);
        },
        fail(error) {
          end();
          reject(error);
        },
      };
      held.push(drained);
    });
  return {
    drain,
    held,
    store: (partition: number) => waiting.set(partition, (waiting.get(partition) ?? 0) + 1),
    stored: () => [...waiting.values()].reduce((sum, count) => sum + count, 0),
  };
}

/** Lets resolved work run as far as it gets without another drain. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

const quiet = { debug: () => {}, warn: () => {} };

let inbox: ReturnType<typeof heldInbox>;
let worker: InboxWorker;
let isIdle: boolean;

/** Finishes every drain until no new one starts. */
async function finishAll(): Promise<void> {
  await settled();
  while (inbox.held.length > 0) await finishOne(inbox.held[0]);
}

async function finishOne(drained: Held | undefined): Promise<void> {
  expect(drained).toBeDefined();
  drained?.finish();
  await settled();
}

function start(concurrency: number): void {
  inbox = heldInbox();
  worker = startPartitionWorker({ drain: inbox.drain, concurrency, log: quiet });
}

function waitUntilIdle(): void {
  isIdle = false;
  void worker.idle().then(() => {
    isIdle = true;
  });
}

// The worker's own timer would check again after a second, whatever it had missed before.
beforeEach(() => vi.useFakeTimers({ toFake: ['setInterval', 'setTimeout'] }));
afterEach(async () => {
  const stopped = worker.stop();
  await finishAll();
  await stopped;
  vi.useRealTimers();
});

describe.each([1, 2, 3])('an inbox worker with %i batches at once', (concurrency) => {
  beforeEach(() => start(concurrency));

  it.each([
    { partition: 0, others: 'under way' },
    { partition: 0, others: 'done' },
    { partition: PARTITIONS - 1, others: 'done' },
  ])('checks partition $partition again, woken during its drain, others $others', async (its) => {
    const isOfPartition = ({ partitions }: Held) => partitions.includes(its.partition);
    await finishAll();
    worker.wake();
    await settled();
    while (!inbox.held.some(isOfPartition)) await finishOne(inbox.held[0]);
    while (its.others === 'done' && inbox.held.length > 1) {
      await finishOne(inbox.held.find((drained) => !isOfPartition(drained)));
    }
    inbox.store(its.partition);
    worker.wake();
    await finishAll();
    expect(inbox.stored()).toBe(0);
  });

  it('drains a partition until it is found empty, without further wake-ups', async () => {
    for (let count = 0; count < 5; count += 1) inbox.store(0);
    worker.wake();
    await finishAll();
    expect(inbox.stored()).toBe(0);
  });

  it('is not idle until messages stored during a drain have been drained', async () => {
    await settled();
    inbox.store(0);
    waitUntilIdle();
    while (inbox.stored() > 0) {
      await settled();
      expect(isIdle).toBe(false);
      expect(inbox.held).not.toEqual([]);
      await finishOne(inbox.held[0]);
    }
    const last = inbox.held.find(({ found }) => found === 1);
    expect([last?.partitions.includes(0), isIdle]).toEqual([true, false]);
    await finishAll();
    expect(isIdle).toBe(true);
  });

  it('never drains a partition twice at once, however often it is woken', async () => {
    for (let turn = 0; turn < 20; turn += 1) {
      inbox.store(turn % PARTITIONS);
      worker.wake();
      worker.wake();
      await settled();
      const partitions = inbox.held.flatMap((drained) => drained.partitions);
      expect(new Set(partitions).size).toBe(partitions.length);
      inbox.held[turn % inbox.held.length]?.finish();
    }
    await finishAll();
    expect(inbox.stored()).toBe(0);
  });

  it('drains what was stored during a failed drain, after a pause', async () => {
    await settled();
    for (const drained of [...inbox.held]) drained.fail(new Error('the disk is full'));
    inbox.store(0);
    await finishAll();
    vi.advanceTimersByTime(500);
    await finishAll();
    expect(inbox.stored()).toBe(0);
  });

  it('finishes work in progress when it is stopped, and begins nothing more', async () => {
    await settled();
    const under = inbox.held.length;
    let isStopped = false;
    const stopped = worker.stop().then(() => {
      isStopped = true;
    });
    inbox.store(0);
    worker.wake();
    for (let left = under; left > 0; left -= 1) {
      await settled();
      expect([inbox.held.length, isStopped]).toEqual([left, false]);
      inbox.held[0]?.finish();
    }
    await stopped;
    expect([inbox.held.length, inbox.stored()]).toEqual([0, 1]);
  });
});

describe('partitions of postponed messages', () => {
  const POSTPONED = BULK_PARTITION + 1;

  it('are drained apart from the others, at checks, and before the worker is idle', async () => {
    inbox = heldInbox();
    let asked = 0;
    worker = startPartitionWorker({
      drain: inbox.drain,
      async postponed() {
        asked += 1;
        return [POSTPONED];
      },
      concurrency: 1,
      log: quiet,
    });
    await finishAll();
    worker.wake();
    await finishAll();
    expect(asked).toBe(0);
    inbox.store(POSTPONED);
    vi.advanceTimersByTime(1_000);
    await settled();
    expect(inbox.held.map(({ partitions }) => partitions)).toContainEqual([POSTPONED]);
    await finishAll();
    expect(inbox.stored()).toBe(0);
    inbox.store(POSTPONED);
    waitUntilIdle();
    await finishAll();
    expect([inbox.stored(), isIdle]).toEqual([0, true]);
  });
});

describe('the bulk partition', () => {
  let nowMs = 0;
  let mayTakeBulk = true;
  beforeEach(() => {
    nowMs = 0;
    mayTakeBulk = true;
    inbox = heldInbox();
    worker = startPartitionWorker({
      drain: inbox.drain,
      concurrency: 2,
      log: quiet,
      monotonicMs: () => nowMs,
      mayTakeBulk: () => mayTakeBulk,
    });
  });
  const isBulk = ({ partitions }: Held) => partitions.includes(BULK_PARTITION);

  it('is drained to the end when no other is waiting', async () => {
    for (let count = 0; count < 5; count += 1) inbox.store(BULK_PARTITION);
    worker.wake();
    await finishAll();
    expect(inbox.stored()).toBe(0);
  });

  it('waits as long as other work takes precedence', async () => {
    mayTakeBulk = false;
    inbox.store(BULK_PARTITION);
    worker.wake();
    await finishAll();
    expect(inbox.stored()).toBe(1);
    mayTakeBulk = true;
    worker.wake();
    await finishAll();
    expect(inbox.stored()).toBe(0);
  });

  it('and a long batch is reported as behind, while it lasts and until the next', async () => {
    await finishAll();
    expect(worker.isBehind).toBe(false);
    inbox.store(0);
    worker.wake();
    await settled();
    expect(worker.isBehind).toBe(false);
    nowMs += 1_000;
    expect(worker.isBehind).toBe(true);
    await finishOne(inbox.held[0]);
    expect(worker.isBehind).toBe(true);
    worker.wake();
    await finishAll();
    expect(worker.isBehind).toBe(false);
  });

  it('waits while any other partition is drained, but not for ever', async () => {
    await settled();
    await finishOne(inbox.held.find((drained) => !isBulk(drained)));
    while (inbox.held.some(isBulk)) await finishOne(inbox.held.find(isBulk));
    for (let count = 0; count < 50; count += 1) {
      inbox.store(0);
      inbox.store(BULK_PARTITION);
    }
    let bulks = 0;
    // One batch of the others takes a tenth of a second, and there is always one more.
    for (let turn = 0; turn < 45; turn += 1) {
      worker.wake();
      await settled();
      nowMs += 100;
      if (inbox.held.some(isBulk)) bulks += 1;
      while (inbox.held.some(isBulk)) await finishOne(inbox.held.find(isBulk));
      await finishOne(inbox.held.find(({ found }) => found === 1) ?? inbox.held[0]);
    }
    expect(bulks).toBeGreaterThanOrEqual(1);
    expect(bulks).toBeLessThanOrEqual(4);
    await finishAll();
    expect(inbox.stored()).toBe(0);
  });
});
