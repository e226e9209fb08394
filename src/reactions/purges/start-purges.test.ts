import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { QUIET } from '../../events/event.ts';
import { aShipment } from '../../events/test-events.ts';
import { uuidV7 } from '../../kernel/ids.ts';
import {
  BRANDING_CACHE_MS,
  bootstrap,
  brandingTag,
  createBrandings,
} from '../../merchants/index.ts';
import { type ManualClock, manualClock, systemClock, systemRandom } from '../../platform/clock.ts';
import { type Database, openDatabase } from '../../platform/database/database.ts';
import { appendToLog, withShard } from '../../platform/event-log/event-log.ts';
import { createLog } from '../../platform/observability/log.ts';
import { createMetrics } from '../../platform/observability/metrics.ts';
import { createTestDatabase, type TestDatabase } from '../../platform/test-postgres.ts';
import { SECOND_PURGE_AFTER_MS } from './decide.ts';
import type { Purgeable, PurgeOutcome, Purger } from './purger.ts';
import { schedulePurges, settlePurges, takeDuePurges } from './purges.sql.ts';
import { type Purges, startPurges } from './start-purges.ts';

let database: TestDatabase;
let db: Database;
let merchantId: string;
let clock: ManualClock;
let sequence = 0;
let purged: string[];
let outcome: PurgeOutcome | (() => Promise<PurgeOutcome>);
const running: Purges[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase({ url: database.url });
  ({ merchantId } = await bootstrap({ db, clock: systemClock, randomBytes: systemRandom }, null));
});
beforeEach(() => {
  clock = manualClock(Date.UTC(2026, 4, 1));
  purged = [];
  outcome = { outcome: 'done' };
});
afterEach(async () => {
  for (const purges of running.splice(0)) await purges.stop();
  await db.owner.query('truncate cache_purges');
});
afterAll(async () => {
  await db?.end();
  await database?.drop();
});

const cache: Purger = {
  name: 'cache',
  batchMax: 2,
  async purge(parcels) {
    purged.push(...parcels.map(({ tag }) => tag));
    return typeof outcome === 'function' ? outcome() : outcome;
  },
};

/**
 * Starts purging. The consumer of a new database begins at the newest entry, so it must be started
 * before anything happens.
 */
async function start(): Promise<Purges> {
  const purges = startPurges({
    db,
    purgers: [cache],
    clock,
    log: createLog({ level: 'silent' }),
    listener: { on: () => () => {} },
    metrics: createMetrics({ processMetrics: false }),
  });
  running.push(purges);
  await purges.idle();
  return purges;
}

async function change(number: string, more: Record<string, unknown> = {}): Promise<void> {
  sequence += 1;
  const entry = {
    id: uuidV7(0, systemRandom(10)),
    tenant: { merchantId, mode: 'test' as const },
    subjectId: '00000000-0000-4000-8000-000000000001',
    sequence,
    type: 'shipment.status_changed',
    occurredAtMs: 0,
    data: { ...aShipment({ tracking_number: number }), ...more },
    previousAttributes: {},
  };
  await withShard(db.pipeline, 3, (tx) => appendToLog(tx, 3, [entry], 0));
}

async function waiting(): Promise<number> {
  const { rows } = await db.owner.query<{ n: string }>('select count(*) n from cache_purges');
  return Number(rows[0]?.n);
}

it('purges what changed at once, and once more for an answer that was on its way', async () => {
  const purges = await start();
  await change('A1');
  await change('A2', QUIET);
  await change('A1');
  await purges.idle();
  expect(purged.sort()).toEqual(['track:acme:A1', 'track:acme:A2']);
  await purges.idle();
  expect(purged).toHaveLength(2);
  clock.advance(2_000);
  await purges.idle();
  expect(purged).toHaveLength(4);
  expect(await waiting()).toBe(0);
});

it('keeps what a cache did not take for the next process, until the cache has forgotten by itself', async () => {
  const first = await start();
  outcome = { outcome: 'failed', reason: 'status 503', retryAfterS: null };
  await change('B1');
  await first.idle();
  await first.stop();
  expect(await waiting()).toBe(1);
  const second = await start();
  clock.advance(1_000);
  await second.idle();
  expect(purged).toEqual(['track:acme:B1', 'track:acme:B1']);
  for (let minutes = 0; minutes < 8 && (await waiting()) > 0; minutes += 1) {
    clock.advance(60_000);
    await second.idle();
  }
  expect(await waiting()).toBe(0);
});

it('comes no earlier than the cache asks', async () => {
  const purges = await start();
  outcome = { outcome: 'failed', reason: 'status 429', retryAfterS: 20 };
  await change('C1');
  await purges.idle();
  clock.advance(19_000);
  await purges.idle();
  expect(purged).toHaveLength(1);
  clock.advance(1_000);
  await purges.idle();
  expect(purged).toHaveLength(2);
});

it('purges again what changed while it was being purged', async () => {
  const purges = await start();
  let during = true;
  outcome = async () => {
    if (during) {
      during = false;
      await db.owner.query(
        `update cache_purges set change = change + 1, due_at = to_timestamp($1 / 1000.0)`,
        [clock.nowMs()],
      );
    }
    return { outcome: 'done' };
  };
  await change('D1');
  await purges.idle();
  await purges.idle();
  expect(purged).toEqual(['track:acme:D1', 'track:acme:D1']);
});

it('forgets purges of a cache that is named no more', async () => {
  await db.owner.query(
    `insert into cache_purges (purger, carrier, tracking_number, changed_at, rounds, due_at)
     values ('gone', 'acme', 'E1', now(), 2, now())`,
  );
  await start();
  await expect.poll(waiting).toBe(0);
});

it('takes over after seconds what a process was killed over', async () => {
  const first = await start();
  let answered = (_: PurgeOutcome): void => {};
  outcome = () =>
    new Promise((resolve) => {
      answered = resolve;
    });
  await change('F1');
  void first.idle();
  await expect.poll(() => purged.length).toBe(1);
  const second = await start();
  expect(purged).toHaveLength(1);
  outcome = { outcome: 'done' };
  clock.advance(4_000);
  await second.idle();
  answered({ outcome: 'done' });
  expect(purged).toHaveLength(2);
});

it('locks rows in one order, whoever writes which', async () => {
  const keys = ['G1', 'G2', 'G3'].map((trackingNumber) => ({ carrier: 'acme', trackingNumber }));
  await schedulePurges(db.pipeline, ['other'], keys, 2, 0);
  const purges = await takeDuePurges(db.pipeline, 'other', 10, 0, 4_000);
  const byNumber = [...purges].sort((a, b) => (a.trackingNumber < b.trackingNumber ? 1 : -1));
  for (const dueAtMs of [9_000, null]) {
    const holder = await db.pipeline.connect();
    const row = `select from cache_purges where purger = 'other' and tracking_number = `;
    await holder.query(`begin; ${row} 'G1' for update`);
    const settling = settlePurges(
      db.pipeline,
      'other',
      byNumber.map((each) => ({ ...each, dueAtMs })),
    );
    const waits = `select from pg_stat_activity where wait_event_type = 'Lock'
                   and datname = current_database()`;
    await expect.poll(async () => (await db.owner.query(waits)).rowCount).toBe(1);
    // A process that waits for the first row must not hold any of the others.
    const free = await db.owner.query(`${row} 'G3' for update skip locked`);
    expect(free.rowCount).toBe(1);
    await holder.query('commit');
    holder.release();
    await settling;
  }
});

describe('a merchant’s new look', () => {
  const tenant = () => ({ merchantId, mode: 'live' as const });
  const store = (name: string) => createBrandings({ db, clock }).store(tenant(), { name }, null);

  it('purges all its pages by one tag, and again when no process shows the old one', async () => {
    const purges = await start();
    await store('Northwind');
    await purges.idle();
    expect(purged).toEqual([brandingTag(merchantId)]);
    clock.advance(2_000);
    await purges.idle();
    expect(purged).toHaveLength(1);
    clock.advance(5_000);
    await purges.idle();
    expect(purged).toEqual([brandingTag(merchantId), brandingTag(merchantId)]);
    clock.advance(60_000);
    await purges.idle();
    expect(purged).toHaveLength(2);
    await store('Northwind Outfitters');
    await purges.idle();
    expect(purged).toHaveLength(3);
  });

  it('is purged again only once no process remembers the old one', () => {
    expect(SECOND_PURGE_AFTER_MS).toBeGreaterThanOrEqual(BRANDING_CACHE_MS + 2_000);
  });

  it('is sent by the next process if one was killed before it was sent', async () => {
    await store('Southwind');
    const purges = await start();
    await purges.idle();
    expect(purged).toEqual([brandingTag(merchantId)]);
  });

  it('is tried again where a cache does not take it', async () => {
    outcome = { outcome: 'failed', reason: 'status 503', retryAfterS: null };
    await store('Eastwind');
    const purges = await start();
    outcome = { outcome: 'done' };
    clock.advance(1_000);
    await purges.idle();
    expect(purged).toEqual([brandingTag(merchantId), brandingTag(merchantId)]);
  });

  it('is purged by path where a cache knows no tags', async () => {
    let paths: readonly string[] = [];
    await store('Westwind');
    const byPath = {
      ...cache,
      async purge(parcels: readonly Purgeable[]) {
        paths = parcels.flatMap((parcel) => parcel.paths);
        return { outcome: 'done' as const };
      },
    };
    const purges = startPurges({
      db,
      purgers: [byPath],
      clock,
      log: createLog({ level: 'silent' }),
      listener: { on: () => () => {} },
      metrics: createMetrics({ processMetrics: false }),
    });
    running.push(purges);
    await purges.idle();
    expect(paths).toEqual(['/track/']);
  });
});
