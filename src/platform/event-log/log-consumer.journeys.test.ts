import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidV7 } from '../../kernel/ids.ts';
import { bootstrap } from '../../merchants/index.ts';
import { manualClock, systemRandom } from '../clock.ts';
import { type Database, openDatabase } from '../database/database.ts';
import { createLog } from '../observability/log.ts';
import { createMetrics } from '../observability/metrics.ts';
import { createTestDatabase, type TestDatabase } from '../test-postgres.ts';
import {
  countDeadEntries,
  deadEntries,
  deadEntryId,
  forgetDeadEntries,
  postponeEntries,
  registerDeadEntryGauge,
  requestRetry,
} from './dead-entries.ts';
import {
  appendToLog,
  appendToShards,
  LOG_CHANNEL,
  type LogEntry,
  readLog,
  withShard,
  withShards,
} from './event-log.ts';
import { type Consumer, type ConsumerOptions, startConsumer, TRIES_MAX } from './log-consumer.ts';

let database: TestDatabase;
let db: Database;
let merchantId: string;
beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase({ url: database.url });
  ({ merchantId } = await bootstrap(
    { db, clock: manualClock(0), randomBytes: systemRandom },
    'wb_test_log_consumer',
  ));
});
afterAll(async () => {
  await db?.end();
  await database?.drop();
});

async function append(shard: number, type: string, ...when: ['later'] | []): Promise<void> {
  const entry = {
    id: uuidV7(0, systemRandom(10)),
    tenant: { merchantId, mode: 'test' as const },
    subjectId: crypto.randomUUID(),
    sequence: 1,
    type,
    occurredAtMs: 0,
    data: {},
    previousAttributes: {},
  };
  await withShard(db.pipeline, shard, (tx) => appendToLog(tx, shard, [entry], 0), ...when);
}

/** Entries are returned as they are: this test does not interpret them. */
const read = (entry: LogEntry): LogEntry => entry;

/**
 * Starts a consumer, lets it read to the end, runs the given action, and returns what it received.
 */
async function receivedBy(
  options: Pick<ConsumerOptions<LogEntry>, 'name' | 'beginsAt'>,
  meanwhile: () => Promise<void> = async () => {},
): Promise<string[]> {
  const received: string[] = [];
  const consumer = startConsumer({
    ...options,
    db,
    read,
    log: createLog({ level: 'silent' }),
    handle: async (entries) => {
      received.push(...entries.map(({ type }) => type));
    },
  });
  await consumer.idle();
  await meanwhile();
  await consumer.idle();
  await consumer.stop();
  return received;
}

describe('a consumer that the database has never seen', () => {
  it('begins with the oldest retained entry, or only with later ones when it notifies people', async () => {
    await append(1, 'before');
    expect(await receivedBy({ name: 'keeps-in-step' })).toEqual(['before']);
    const after = async () => {
      await append(1, 'after');
      await append(2, 'after in a shard that was empty');
    };
    const received = await receivedBy({ name: 'tells-people', beginsAt: 'newest' }, after);
    expect(received.sort()).toEqual(['after', 'after in a shard that was empty']);
  });
});

describe('a consumer that notifies people and is known', () => {
  it('receives what was appended while no consumer ran, in every shard', async () => {
    const options = { name: 'was-away', beginsAt: 'newest' as const };
    await receivedBy(options);
    await append(1, 'while away');
    await append(5, 'while away');
    expect(await receivedBy(options)).toEqual(['while away', 'while away']);
  });

  it('that is started twice at once receives each entry in one process or both, but misses none', async () => {
    const options = { name: 'twice', beginsAt: 'newest' as const };
    const both = await Promise.all([
      receivedBy(options, () => append(9, 'one')),
      receivedBy(options, () => append(9, 'two')),
    ]);
    // A consumer that ends while the other holds the shard leaves new entries to the next read.
    const left = await receivedBy(options);
    expect(new Set([...both.flat(), ...left])).toEqual(new Set(['one', 'two']));
  });
});

describe('a consumer that gathers', () => {
  it('is handed what several shards got in one piece, and misses nothing of it', async () => {
    const batches: string[][] = [];
    const consumer = startConsumer({
      ...options('gathers'),
      beginsAt: 'newest',
      shardsTogether: 8,
      gathersMs: 60_000,
      handle: async (entries) => void batches.push(entries.map(({ type }) => type)),
    });
    await consumer.idle();
    await append(30, 'one');
    await append(31, 'two');
    consumer.wake(30);
    consumer.wake(31);
    expect(batches).toEqual([]);
    await consumer.idle();
    expect(batches.map((types) => types.sort())).toEqual([['one', 'two']]);
    await consumer.stop();
  });
});

describe('a consumer that gives way', () => {
  it('gets a run every two seconds while others are behind, and as many as it needs otherwise', async () => {
    const received: string[] = [];
    let nowMs = 0;
    let isBehind = false;
    const consumer = startConsumer({
      ...options('gives-way'),
      beginsAt: 'newest',
      givesWay: () => isBehind,
      monotonicMs: () => nowMs,
      handle: async (entries) => void received.push(...entries.map(({ type }) => type)),
    });
    await consumer.idle();
    const hear = async (type: string) => {
      await append(35, type);
      await consumer.idle();
      return [...received];
    };
    expect(await hear('one')).toEqual(['one']);
    isBehind = true;
    expect(await hear('two')).toEqual(['one']);
    nowMs += 2_000;
    expect(await hear('three')).toEqual(['one', 'two', 'three']);
    expect(await hear('four')).toEqual(['one', 'two', 'three']);
    isBehind = false;
    expect(await hear('five')).toEqual(['one', 'two', 'three', 'four', 'five']);
    await consumer.stop();
  });

  it.each([
    ['works off all that is there once it has begun', false, ['one', 'two', 'three']],
    ['does one batch where it may fall behind', true, ['one']],
  ])('%s', async (_, mayFallBehind, expected) => {
    const received: string[] = [];
    let nowMs = 0;
    const consumer = startConsumer({
      ...options(`gives-way-${mayFallBehind}`),
      beginsAt: 'newest',
      batchMax: 1,
      givesWay: () => true,
      mayFallBehind,
      monotonicMs: () => nowMs,
      handle: async (entries) => void received.push(...entries.map(({ type }) => type)),
    });
    await append(36, 'none');
    await consumer.idle();
    for (const type of ['one', 'two', 'three']) await append(36, type);
    received.length = 0;
    nowMs += 2_000;
    await consumer.idle();
    expect(received).toEqual(expected);
    await consumer.stop();
  });
});

describe('a transaction of several shards', () => {
  it('appends to each in order, and two that name them otherwise round do not wait for ever', async () => {
    const subjectId = crypto.randomUUID();
    const entry = (sequence: number) => ({
      id: uuidV7(0, systemRandom(10)),
      subjectId,
      sequence,
      type: 'any',
      tenant: { merchantId, mode: 'test' as const },
      data: {},
      previousAttributes: {},
      occurredAtMs: 0,
    });
    const both = (shards: readonly number[], first: number) =>
      withShards(db.pipeline, shards, (tx) =>
        appendToShards(
          tx,
          new Map([
            [40, [entry(first), entry(first + 1)]],
            [41, [entry(first + 2)]],
          ]),
          0,
        ),
      );
    await Promise.all([both([40, 41], 1), both([41, 40], 11), both([40, 41, 40], 21)]);
    for (const shard of [40, 41]) {
      const sequences = (await readLog(db.pipeline, shard, 0n, 10)).map((e) => e.sequence);
      expect(sequences.map((n) => n % 10)).toEqual(shard === 40 ? [1, 2, 1, 2, 1, 2] : [3, 3, 3]);
    }
    await expect(withShards(db.pipeline, [], async () => {})).rejects.toThrow();
    await expect(withShards(db.pipeline, [1, 64], async () => {})).rejects.toThrow('no such shard');
  });
});

/** An entry that always fails, for any reason. */
const POISON = 'poison';
const options = (name: string) => ({ name, db, read, log: createLog({ level: 'silent' }) });
const refusing = (received: string[], poison: () => boolean = () => true, refused = () => {}) => ({
  async handle(entries: readonly LogEntry[]) {
    if (poison() && entries.some(({ type }) => type === POISON)) {
      refused();
      throw new TypeError('Jane Example lives in "Elm St 1"');
    }
    received.push(...entries.map(({ type }) => type));
  },
});
/** Each call checks the log once; a try that a tick has just begun counts as its own. */
async function checks(consumer: Consumer, times: number): Promise<void> {
  for (let nr = 0; nr < times; nr += 1) await consumer.idle();
}

/** Checks the log as often as needed. */
async function runUntil(consumer: Consumer, done: () => Promise<boolean> | boolean) {
  while (!(await done())) await consumer.idle();
}

describe('an entry that a consumer can never handle', () => {
  it('holds back its shard for ever where order is the promise', async () => {
    const received: string[] = [];
    const consumer = startConsumer({ ...options('ordered'), ...refusing(received) });
    await checks(consumer, 1);
    received.length = 0;
    for (const type of ['before', POISON, 'after']) await append(20, type);
    await checks(consumer, TRIES_MAX + 5);
    expect(received).toEqual([]);
    expect(await consumer.lag()).toBe(3);
    await consumer.stop();
    await receivedBy({ name: 'ordered' });
  });

  it('is set aside and skipped by the consumer, alone, after some tries; nothing of it is announced', async () => {
    const received: string[] = [];
    let tries = 0;
    const refused = () => {
      // Nothing after it was handled before all of its tries had failed.
      if (tries < TRIES_MAX) expect(received).not.toContain('before');
      tries += 1;
    };
    const consumer = startConsumer({
      ...options('passing'),
      ...refusing(received, () => true, refused),
      beginsAt: 'newest',
      passesOver: true,
    });
    await checks(consumer, 1);
    for (const type of ['before', POISON, 'after', POISON]) await append(21, type);
    await append(22, 'neighbour');
    await runUntil(consumer, async () => (await consumer.lag()) === 0);
    expect(tries).toBeGreaterThanOrEqual(TRIES_MAX);
    expect(received).toEqual(['neighbour', 'before', 'after']);
    await append(21, 'later');
    await runUntil(consumer, () => received.includes('later'));
    const dead = await deadEntries(db.pipeline, 10);
    expect(dead).toHaveLength(2);
    expect(dead[0]).toMatchObject({ consumer: 'passing', shard: 21, type: POISON, again: false });
    expect(dead[0]?.error).toMatch(
      /^TypeError at src\/platform\/event-log\/log-consumer\.journeys\.test\.ts:\d+$/,
    );
    expect(await countDeadEntries(db.pipeline)).toEqual(new Map([['passing', 2]]));
    const metrics = createMetrics({ processMetrics: false });
    registerDeadEntryGauge(metrics, db);
    const figure = 'waybill_dead_log_entries{consumer="passing"} 2';
    expect(await metrics.metrics()).toContain(figure);
    await consumer.stop();
  });

  it('is handled once more when somebody wants it so, and no longer dead once that went well', async () => {
    const received: string[] = [];
    let poisonous = true;
    const consumer = startConsumer({
      ...options('again'),
      ...refusing(received, () => poisonous),
      beginsAt: 'newest',
      passesOver: true,
    });
    await checks(consumer, 1);
    await append(23, POISON);
    const mine = async () =>
      (await deadEntries(db.pipeline, 10)).filter((each) => each.consumer === 'again');
    await runUntil(consumer, async () => (await mine()).length > 0);
    const ids = (await mine()).map(deadEntryId);
    expect(await requestRetry(db.pipeline, ids)).toEqual(ids);
    await runUntil(consumer, async () => (await mine()).every(({ again }) => !again));
    expect(await mine()).toMatchObject([{ again: false }]);
    poisonous = false;
    await requestRetry(db.pipeline, ids);
    await runUntil(consumer, async () => (await mine()).length === 0);
    expect(received).toEqual([POISON]);
    expect(await forgetDeadEntries(db.pipeline, ids)).toEqual([]);
    await consumer.stop();
  });

  it('is retried without a request if it was postponed, and that is stored once', async () => {
    const name = 'postponed';
    await receivedBy({ name, beginsAt: 'newest' });
    await append(24, 'waited');
    const entries = (await readLog(db.pipeline, 24, 0n, 10)).slice(-1);
    expect(await receivedBy({ name, beginsAt: 'newest' })).toEqual(['waited']);
    await postponeEntries(db.pipeline, name, entries);
    await postponeEntries(db.pipeline, name, entries);
    const received: string[] = [];
    const consumer = startConsumer({
      ...options(name),
      ...refusing(received),
      beginsAt: 'newest',
      passesOver: true,
    });
    await checks(consumer, 2);
    expect(received).toEqual(['waited']);
    expect((await countDeadEntries(db.pipeline)).has(name)).toBe(false);
    await consumer.stop();
  });
});

describe('appended entries', () => {
  it.each([
    ['at once', 50, []],
    ['later, as no news to anybody', 51, ['later']],
  ] as const)('is announced, %s', async (_, shard, when) => {
    const client = await db.pipeline.connect();
    try {
      await client.query(`listen ${LOG_CHANNEL}`);
      const announced = new Promise<void>((resolve) => {
        client.on('notification', ({ payload }) => {
          if (payload === String(shard)) resolve();
        });
      });
      await append(shard, 'news', ...when);
      await announced;
    } finally {
      client.release(true);
    }
  });
});

describe('a consumer that takes shards together', () => {
  const together = { shardsTogether: 8, batchMax: 16 };

  it('receives all of them, each in its order, however many entries one has', async () => {
    const received: string[] = [];
    const batches: number[] = [];
    const start = () =>
      startConsumer({
        ...options('together'),
        ...together,
        beginsAt: 'newest',
        async handle(entries) {
          batches.push(new Set(entries.map(({ shard }) => shard)).size);
          received.push(...entries.map(({ shard, type }) => `${shard} ${type}`));
        },
      });
    // Everything is written while it is stopped: while running it might process the first shards
    // alone.
    const before = start();
    await checks(before, 1);
    await before.stop();
    for (let nr = 0; nr < 7; nr += 1) await append(30, `${nr}`);
    for (let shard = 31; shard < 36; shard += 1) await append(shard, '0');
    const consumer = start();
    await runUntil(consumer, async () => (await consumer.lag()) === 0);
    const of30 = received.filter((each) => each.startsWith('30 '));
    expect(of30).toEqual(Array.from({ length: 7 }, (_, nr) => `30 ${nr}`));
    expect(received).toHaveLength(12);
    expect(Math.max(...batches)).toBe(6);
    await consumer.stop();
  });

  it('is held back by one that fails in that one alone', async () => {
    const received: string[] = [];
    const consumer = startConsumer({
      ...options('together and refusing'),
      ...together,
      ...refusing(received),
      beginsAt: 'newest',
    });
    await checks(consumer, 1);
    await append(40, POISON);
    for (const shard of [41, 42, 43]) await append(shard, `of ${shard}`);
    await runUntil(consumer, () => received.length === 3);
    expect(received.sort()).toEqual(['of 41', 'of 42', 'of 43']);
    expect(await consumer.lag()).toBe(1);
    await consumer.stop();
  });
});

describe('a database in trouble', () => {
  it.each([
    ['is out', '57P03', 24],
    ['is full', '53100', 25],
    ['has a deadlock', '40P01', 26],
    ['locks what is wanted', '55P03', 27],
    ['cancels what takes long', '57014', 28],
    ['cannot read its disk', '58030', 29],
  ])('that %s makes no entry dead, however long it lasts', async (_what, code, shard) => {
    let out = true;
    const received: string[] = [];
    const consumer = startConsumer({
      ...options(`outage ${code}`),
      beginsAt: 'newest',
      passesOver: true,
      async handle(entries) {
        if (out) throw Object.assign(new Error('no answer'), { code });
        received.push(...entries.map(({ type }) => type));
      },
    });
    await checks(consumer, 1);
    await append(shard, 'waits');
    await checks(consumer, TRIES_MAX + 5);
    out = false;
    await runUntil(consumer, () => received.length > 0);
    expect(received).toEqual(['waits']);
    expect((await countDeadEntries(db.pipeline)).has(`outage ${code}`)).toBe(false);
    await consumer.stop();
  });
});
