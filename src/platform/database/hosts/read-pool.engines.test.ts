import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  type PostgresPair,
  postgresPrograms,
  startPair,
  whyNoPair,
} from '../../../../test/support/postgres-pair.ts';
import { withErrorListeners } from '../pool.ts';
import { connectingTo, openClient } from './connect.ts';
import { ReadPool } from './read-pool.ts';

const missing = whyNoPair();
if (missing !== null) process.stderr.write(`SKIPPED: a replica for look-ups: ${missing}\n`);
const bin = [...postgresPrograms().values()].at(-1) ?? '';

const BEHIND_MS_MAX = 60_000;
const WAIT = { timeout: 60_000, interval: 50 };

describe.skipIf(missing !== null)('look-ups on a replica', () => {
  let pair: PostgresPair;
  let primary: pg.Pool;
  let pool: ReadPool;
  let passedMs = 0;
  const changes: boolean[] = [];

  beforeAll(() => {
    pair = startPair(bin);
    primary = withErrorListeners(new pg.Pool({ ...connectingTo(pair.url), max: 2 }), () => {});
    const options = {
      primary,
      stalenessMsMax: BEHIND_MS_MAX,
      nowMs: () => performance.now() + passedMs,
      onChange: (isUsed: boolean) => void changes.push(isUsed),
    };
    const config = { connectionString: pair.standbyUrl, max: 2, connectionTimeoutMillis: 5_000 };
    pool = withErrorListeners(new ReadPool(config, options), () => {});
  });
  afterAll(async () => {
    await pool?.end();
    await primary?.end();
    pair?.stop();
  });
  afterEach(() => {
    changes.length = 0;
  });

  async function isOnReplica(): Promise<boolean> {
    const { rows } = await pool.query<{ is: boolean }>('select pg_is_in_recovery() as is');
    return rows[0]?.is === true;
  }

  const becomes = (onReplica: boolean) =>
    vi.waitFor(async () => {
      await pool.check();
      expect(await isOnReplica()).toBe(onReplica);
    }, WAIT);

  test('are there once it is known to be fresh, and on the primary before', async () => {
    expect(pool.stalenessMs()).toBe(Number.POSITIVE_INFINITY);
    expect(await isOnReplica()).toBe(false);
    await becomes(true);
    expect(changes).toEqual([true]);
    expect(pool.stalenessMs()).toBeLessThan(BEHIND_MS_MAX);
  });

  test('go to the primary while it is too far behind, and come back', async () => {
    const standby = openClient(pair.standbyUrl);
    await standby.connect();
    await standby.query('select pg_wal_replay_pause()');
    await primary.query('create table written (at int)');
    passedMs += BEHIND_MS_MAX;
    await becomes(false);
    expect(pool.stalenessMs()).toBeGreaterThan(BEHIND_MS_MAX);
    // The new table exists here, although the replica does not have it yet.
    expect((await pool.query('select * from written')).rows).toEqual([]);
    await standby.query('select pg_wal_replay_resume()');
    await becomes(true);
    expect(changes).toEqual([false, true]);
    await standby.end();
  });

  test('do not delay their own measurement, on either side, and are not mistaken for an outage', async () => {
    const primaryPositionPool = withErrorListeners(
      new pg.Pool({ ...connectingTo(pair.url), max: 1 }),
      () => {},
    );
    const busyPrimary = withErrorListeners(
      new pg.Pool({ ...connectingTo(pair.url), max: 1, connectionTimeoutMillis: 500 }),
      () => {},
    );
    const config = { connectionString: pair.standbyUrl, max: 1, connectionTimeoutMillis: 500 };
    const busy = withErrorListeners(
      new ReadPool(config, {
        primary: busyPrimary,
        primaryPositionPool,
        stalenessMsMax: BEHIND_MS_MAX,
      }),
      () => {},
    );
    const lentByPrimary = await busyPrimary.connect();
    await vi.waitFor(async () => {
      await busy.check();
      expect(busy.isUsed()).toBe(true);
    }, WAIT);
    const lent = await busy.connect();
    // Both connections are in use: a further caller waits in vain, which proves nothing.
    await expect(busy.query('select')).rejects.toThrow();
    await busy.check();
    expect(busy.isUsed()).toBe(true);
    expect(busy.stalenessMs()).toBeLessThan(BEHIND_MS_MAX);
    lent.release();
    lentByPrimary.release();
    await Promise.all([busy.end(), primaryPositionPool.end(), busyPrimary.end()]);
  });

  test('go to the primary when it is gone, and come back', async () => {
    pair.kill('b');
    await becomes(false);
    await pair.up();
    await becomes(true);
  });

  test('stay with it while the primary is gone, however old they become', async () => {
    pair.kill('a');
    passedMs += 10 * BEHIND_MS_MAX;
    await becomes(true);
    expect(pool.stalenessMs()).toBeGreaterThan(BEHIND_MS_MAX);
  });
});
