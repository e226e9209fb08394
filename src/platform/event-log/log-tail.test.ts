import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidV7 } from '../../kernel/ids.ts';
import { bootstrap } from '../../merchants/index.ts';
import { manualClock, systemRandom } from '../clock.ts';
import { type Database, openDatabase } from '../database/database.ts';
import { createTestDatabase, type TestDatabase } from '../test-postgres.ts';
import { eraseLog } from './erasures.sql.ts';
import {
  advanceCursor,
  appendToLog,
  type CursorRow,
  cursorsQuery,
  withShard,
} from './event-log.ts';
import { readLogBehind } from './log-tail.ts';

let database: TestDatabase;
let db: Database;
let merchantId: string;
beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase({ url: database.url });
  const deps = { db, clock: manualClock(0), randomBytes: systemRandom };
  ({ merchantId } = await bootstrap(deps, 'wb_test_log_tail'));
});
afterAll(async () => {
  await db?.end();
  await database?.drop();
});

async function append(shard: number, types: readonly string[]): Promise<void> {
  const entries = types.map((type, nr) => ({
    id: uuidV7(0, systemRandom(10)),
    tenant: { merchantId, mode: 'test' as const },
    subjectId: crypto.randomUUID(),
    sequence: nr + 1,
    type,
    occurredAtMs: 0,
    data: {},
    previousAttributes: {},
  }));
  await withShard(db.pipeline, shard, (tx) => appendToLog(tx, shard, entries, 0));
}

/** Reads as a consumer does, whose cursors come with its locks. */
async function readFor(
  { pipeline }: Database,
  consumer: string,
  shards: readonly number[],
  limit: number,
  skips?: ReadonlySet<string>,
) {
  const { rows } = await pipeline.query<CursorRow>(cursorsQuery(consumer, shards));
  const cursors = rows.map(({ shard, position }) => [shard, BigInt(position)] as const);
  return readLogBehind(pipeline, new Map(cursors), limit, skips);
}

const named = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, nr) => `nr ${from + nr}`);

/** Reads to the end as a consumer does, moving its cursor after each batch. */
async function readAll(
  consumer: string,
  shards: readonly number[],
  limit: number,
  skips?: ReadonlySet<string>,
) {
  const read = new Map<number, string[]>();
  for (let wanted = shards; wanted.length > 0; ) {
    const { entries, reached, more } = await readFor(db, consumer, wanted, limit, skips);
    for (const { shard, type } of entries) read.set(shard, [...(read.get(shard) ?? []), type]);
    for (const [shard, position] of reached) {
      await advanceCursor(db.pipeline, consumer, shard, position);
    }
    wanted = more;
  }
  return read;
}

describe('what consumers have not handled yet', () => {
  it('is read once for those who ask at the same time', async () => {
    await append(1, named(0, 5));
    const reads = ['a', 'b', 'c'].map((name) => readFor(db, name, [1, 2], 100));
    const [first, ...others] = await Promise.all(reads);
    expect(first?.entries.map(({ type }) => type)).toEqual(named(0, 5));
    for (const { entries, more } of others) {
      expect(entries.every((entry, nr) => entry === first?.entries[nr])).toBe(true);
      expect([entries.length, more]).toEqual([5, []]);
    }
  });

  it('is complete both for a late consumer and for one that lacks only the newest', async () => {
    await append(3, named(0, 700));
    expect((await readAll('eager', [3], 1_000)).get(3)).toEqual(named(0, 700));
    await append(3, named(700, 900));
    expect((await readAll('eager', [3], 50)).get(3)).toEqual(named(700, 900));
    expect((await readAll('late', [3], 64)).get(3)).toEqual(named(0, 900));
  });

  it('is all there is, in order, for several who read at once, each in its own steps', async () => {
    const shards = [10, 11, 12];
    const writing = shards.map(async (shard) => {
      for (let at = 0; at < 400; at += 40) await append(shard, named(at, at + 40));
    });
    const limits = [1, 7, 100, 1_000];
    const reading = limits.map((limit) => readAll(`in steps of ${limit}`, shards, limit));
    const early = await Promise.all(reading);
    await Promise.all(writing);
    for (const [nr, limit] of limits.entries()) {
      const rest = await readAll(`in steps of ${limit}`, shards, limit);
      for (const shard of shards) {
        const received = [...(early[nr]?.get(shard) ?? []), ...(rest.get(shard) ?? [])];
        expect(received).toEqual(named(0, 400));
      }
    }
  });

  it('begins behind what another process has handled meanwhile', async () => {
    await append(20, named(0, 3));
    const before = await readFor(db, 'moved', [20], 10);
    expect(before.entries).toHaveLength(3);
    await append(20, named(3, 6));
    const elsewhere = openDatabase({ url: database.url });
    const there = await readFor(elsewhere, 'moved', [20], 10);
    await advanceCursor(elsewhere.pipeline, 'moved', 20, there.entries[4]?.position ?? 0n);
    await elsewhere.end();
    const after = await readFor(db, 'moved', [20], 10);
    expect(after.entries.map(({ type }) => type)).toEqual(named(5, 6));
  });

  it('is skipped where its type is not requested, also by a late consumer', async () => {
    const types = Array.from({ length: 600 }, (_, nr) => (nr % 3 === 0 ? `nr ${nr}` : 'dull'));
    await append(21, types);
    const wanted = types.filter((type) => type !== 'dull');
    expect((await readAll('skips', [21], 64, new Set(['dull']))).get(21)).toEqual(wanted);
    expect((await readAll('reads all', [21], 64)).get(21)).toEqual(types);
    expect((await readAll('skips, late', [21], 64, new Set(['dull']))).get(21)).toEqual(wanted);
  });

  it('is what an erased entry has become, once its deletion is there', async () => {
    await append(22, ['before it was erased']);
    const [before] = (await readFor(db, 'first', [22], 10)).entries;
    const left = { id: before?.subjectId ?? '', deleted: true };
    await withShard(db.pipeline, 22, async (tx) => {
      await eraseLog(tx, 22, left);
      const entry = { ...must(before), id: uuidV7(0, systemRandom(10)), sequence: 2, data: left };
      await appendToLog(tx, 22, [entry], 0);
    });
    const after = await readFor(db, 'second', [22], 10);
    expect(after.entries.map(({ data }) => data)).toEqual([left, left]);
  });

  it('is read no second time because a neighbour was erased', async () => {
    await append(23, ['stays', 'goes', 'stays, too']);
    const [first, gone, last] = (await readFor(db, 'first', [23], 10)).entries;
    const left = { id: must(gone).subjectId, deleted: true };
    await withShard(db.pipeline, 23, async (tx) => {
      await eraseLog(tx, 23, left);
      const entry = { ...must(gone), id: uuidV7(0, systemRandom(10)), sequence: 4, data: left };
      await appendToLog(tx, 23, [entry], 0);
    });
    const after = (await readFor(db, 'second', [23], 10)).entries;
    expect(after).toHaveLength(4);
    expect(after[0] === first && after[2] === last).toBe(true);
    expect(after[1]).toEqual({ ...gone, data: left, previousAttributes: {} });
  });
});

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('there is none');
  return value;
}
