import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { manualClock } from '../../../platform/clock.ts';
import { type Database, openDatabase } from '../../../platform/database/database.ts';
import { createLog } from '../../../platform/observability/log.ts';
import { findRedisProgram } from '../../../platform/redis/program.ts';
import { openRedis, type RedisServer } from '../../../platform/redis/redis.ts';
import { createTestDatabase, type TestDatabase } from '../../../platform/test-postgres.ts';
import { type ManualTimers, manualTimers } from '../../../platform/work/test-timers.ts';
import { keepPlaces } from './keep-places.ts';
import { storedPlacesOf } from './places.sql.ts';
import { openRedisPlaces } from './redis-places.ts';
import { describePlaceStore } from './test-place-store.ts';

const PATH = process.env['PATH'] ?? '';
const program = await findRedisProgram(PATH);
if (program === null) process.stderr.write('SKIPPED: no redis-server on the PATH\n');

/** How long to wait for what is certain to happen, on a very busy machine. */
const PATIENCE = { timeout: 90_000, interval: 250 };
/** The maximum age of restored places, and the maximum time until they are back. */
const BACK_WITHIN_MS = 30_000;
/** A check that fails because the machine is busy is repeated as time advances. */
const STEP_MS = 10_000;

describe.skipIf(program === null)('places in Redis', () => {
  let data: string;
  let server: RedisServer;
  let opened = 0;
  beforeAll(async () => {
    data = mkdtempSync(path.join(os.tmpdir(), 'waybill-places-'));
    const place = { redisUrl: null, redisPrivate: true, databaseUrl: null, data, searchPath: PATH };
    const started = await openRedis({ place });
    if (started === null) throw new Error('a server was expected');
    server = started;
  });
  afterAll(async () => {
    await server.stop();
    rmSync(data, { recursive: true, force: true });
  });
  const open = (namespace: string) =>
    openRedisPlaces({ address: server.address, namespace, onError: () => {} });

  describePlaceStore(async () => {
    opened += 1;
    const store = open(`test-${opened}`);
    await store.restore([]);
    return store;
  });

  it('are consistent across two processes: neither shows an older place, nor accepts a jump of the other', async () => {
    const [one, two] = [open('shared'), open('shared')];
    const tenant = { merchantId: '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f80', mode: 'live' } as const;
    const at = (s: number, lng: number) => ({
      courierId: 'a',
      tenant,
      position: {
        atMs: 1_773_144_000_000 + s * 1_000,
        lat: 0,
        lng,
        accuracyM: null,
        speedKmh: null,
        heading: null,
        battery: null,
      },
    });
    expect(await one.take([at(10, 0)], 0)).toEqual(['shown']);
    expect(await two.take([at(5, 0)], 0)).toEqual(['older']);
    expect(await two.take([at(20, 9)], 0)).toEqual(['jump']);
    const steps = Array.from({ length: 30 }, (_, index) =>
      (index % 2 === 0 ? one : two).take([at(30 + index, 0)], 0),
    );
    await Promise.all(steps);
    const found = (await two.find(tenant, ['a'])).get('a');
    expect(found?.position.atMs).toBe(at(59, 0).position.atMs);
    await Promise.all([one.close(), two.close()]);
  });

  it('count as lost until the last of them is restored', async () => {
    const store = open('half');
    expect(await store.isEmpty()).toBe(true);
    await store.restore([], false);
    expect(await store.isEmpty()).toBe(true);
    await store.restore([]);
    expect(await store.isEmpty()).toBe(false);
    await store.close();
  });

  it('are restored from PostgreSQL within 30 seconds of Redis being emptied, automatically', async () => {
    const testDatabase: TestDatabase = await createTestDatabase();
    const db: Database = openDatabase({ url: testDatabase.url });
    const merchantId = '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f80';
    const courierId = '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f81';
    await db.pipeline.query(`insert into merchants (id, slug, name) values ($1, 'm', 'M')`, [
      merchantId,
    ]);
    await db.pipeline.query(
      `insert into couriers (id, merchant_id, mode, personal, vehicle, on_shift, created_at, updated_at)
       values ($1, $2, 'live', '', 'van', true, now(), now())`,
      [courierId, merchantId],
    );
    const clock = manualClock(Date.UTC(2026, 2, 10, 12));
    const places = open('emptied');
    const log = createLog({ level: 'silent' });
    const periods: number[] = [];
    const moved = manualTimers();
    const timers: ManualTimers = {
      ...moved,
      every(ms, work) {
        periods.push(ms);
        return moved.every(ms, work);
      },
    };
    const dropOffShift = async () => {};
    const keeper = await keepPlaces({ db, places, clock, log, timers, dropOffShift });
    const tenant = { merchantId, mode: 'live' } as const;
    // Whenever it is emptied, a check runs within that time; storing runs as often.
    expect(periods.length).toBeGreaterThanOrEqual(2);
    expect(Math.max(...periods)).toBeLessThanOrEqual(BACK_WITHIN_MS);
    const position = {
      atMs: clock.nowMs(),
      lat: 53.5,
      lng: 9.9,
      accuracyM: 8,
      speedKmh: 20,
      heading: 90,
      battery: 80,
    };
    await places.take([{ courierId, tenant, position }], clock.nowMs());
    const stored = () => storedPlacesOf(db.pipeline, [courierId]);
    // Only the passing time triggers storing, and later checking.
    await vi.waitFor(async () => {
      timers.advance(STEP_MS);
      expect(await stored()).toHaveLength(1);
    }, PATIENCE);
    const admin =
      'path' in server.address
        ? new Redis({ path: server.address.path })
        : new Redis(server.address.url);
    await admin.flushall();
    admin.disconnect();
    await vi.waitFor(async () => {
      timers.advance(STEP_MS);
      const found = await places.find(tenant, [courierId]);
      expect(found.get(courierId)?.position).toEqual(position);
    }, PATIENCE);
    await keeper.stop();
    await places.close();
    await db.end();
    await testDatabase.drop();
  });
});
