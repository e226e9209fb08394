import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidV7 } from '../../src/kernel/ids.ts';
import { runs } from '../../src/kernel/test-runs.ts';
import { bootstrap } from '../../src/merchants/index.ts';
import { manualClock, systemRandom } from '../../src/platform/clock.ts';
import { type Database, openDatabase } from '../../src/platform/database/database.ts';
import {
  appendToLog,
  type LogEntry,
  readLog,
  withShard,
} from '../../src/platform/event-log/event-log.ts';
import { startConsumer } from '../../src/platform/event-log/log-consumer.ts';
import { createLog } from '../../src/platform/observability/log.ts';
import { createTestDatabase, type TestDatabase } from '../../src/platform/test-postgres.ts';

/**
 * Invariant 5: every change reaches every consumer, in order per shipment. A consumer that reads
 * the log while many transactions commit concurrently must neither miss an entry nor see two of
 * one subject swapped, although positions are drawn before the commit that shows them.
 */
const SUBJECTS = 24;
const WRITERS = 8;
const COMMITS = runs(10_000, 2_000);
const SHARDS_USED = 3;

let database: TestDatabase;
let db: Database;
let merchantId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase({ url: database.url });
  ({ merchantId } = await bootstrap(
    { db, clock: manualClock(0), randomBytes: systemRandom },
    'wb_test_event_log_invariant',
  ));
});

afterAll(async () => {
  await db?.end();
  await database?.drop();
});

/** xorshift32: which subject the next commit is about, the same in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

async function commitOne(subject: number, sequences: number[]): Promise<void> {
  const shard = subject % SHARDS_USED;
  await withShard(db.pipeline, shard, async (tx) => {
    const sequence = (sequences[subject] ?? 0) + 1;
    sequences[subject] = sequence;
    await appendToLog(
      tx,
      shard,
      [
        {
          id: uuidV7(0, systemRandom(10)),
          tenant: { merchantId, mode: 'test' },
          subjectId: `00000000-0000-4000-8000-${String(subject).padStart(12, '0')}`,
          sequence,
          type: 'shipment.updated',
          occurredAtMs: 0,
          data: {},
          previousAttributes: {},
        },
      ],
      0,
    );
  });
}

describe('the event log', () => {
  it('shows a reader every commit, in order for each subject, over thousands of interleaved commits', async () => {
    const random = seeded(20_261_120);
    const sequences: number[] = [];
    let left = COMMITS;
    const writers = Array.from({ length: WRITERS }, async () => {
      while (left > 0) {
        left -= 1;
        await commitOne(Math.floor(random() * SUBJECTS), sequences);
      }
    });
    let writing = true;
    const written = Promise.all(writers).finally(() => {
      writing = false;
    });
    const seen: LogEntry[] = [];
    const cursors = Array.from({ length: SHARDS_USED }, () => 0n);
    for (let last = false; !last; ) {
      last = !writing;
      for (let shard = 0; shard < SHARDS_USED; shard += 1) {
        const entries = await readLog(db.pipeline, shard, cursors[shard] ?? 0n, COMMITS);
        cursors[shard] = entries.at(-1)?.position ?? cursors[shard] ?? 0n;
        seen.push(...entries);
      }
    }
    await written;
    expect(seen).toHaveLength(COMMITS);
    const next = new Map<string, number>();
    for (const { subjectId, sequence } of seen) {
      expect(sequence).toBe((next.get(subjectId) ?? 0) + 1);
      next.set(subjectId, sequence);
    }
  });

  it('hands a failed batch to its consumer again and loses none of it', async () => {
    const handled: string[] = [];
    let failures = 3;
    const consumer = startConsumer({
      name: 'test-fails-at-first',
      db,
      read: (entry: LogEntry) => entry,
      log: createLog({ level: 'silent' }),
      batchMax: 500,
      handle: async (entries) => {
        if (failures > 0) {
          failures -= 1;
          throw new Error('the sink is away');
        }
        handled.push(...entries.map(({ subjectId, sequence }) => `${subjectId} ${sequence}`));
      },
    });
    while ((await consumer.lag()) > 0) await consumer.idle();
    await consumer.stop();
    expect(new Set(handled).size).toBe(COMMITS);
    expect(handled).toHaveLength(COMMITS);
  });

  it('lets a restarted consumer continue where it stopped', async () => {
    const again: LogEntry[] = [];
    const start = () =>
      startConsumer({
        name: 'test-fails-at-first',
        db,
        read: (entry: LogEntry) => entry,
        log: createLog({ level: 'silent' }),
        handle: async (entries) => {
          again.push(...entries);
        },
      });
    const consumer = start();
    await consumer.idle();
    await consumer.stop();
    expect(again).toHaveLength(0);
  });
});
