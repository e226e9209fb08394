import process from 'node:process';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchHub } from '../../src/app/start-testing.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { examineCluster } from '../../src/platform/distribution/cluster-check.sql.ts';
import { createTestDatabase, type TestDatabase } from '../../src/platform/test-postgres.ts';
import { lostAndDoubled } from '../support/drills/recorded.ts';
import { startRoleLoad } from '../support/drills/role-load.ts';
import { PUSH_SECRET } from '../support/fedex-push.ts';
import {
  callApi,
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';
import { pause } from '../support/hubs/kill-under-load.ts';

/** Other tests run on the cluster as well: `WAYBILL_CITUS_URL=… npx vitest run --project now …`. */
const isThere = process.env['WAYBILL_CITUS_URL'] !== undefined;
if (!isThere) process.stderr.write('SKIPPED: a Citus cluster: no WAYBILL_CITUS_URL\n');

/** Limit of the load, and of pushes per parcel. */
const LOAD_MS = 10_000;
const PARCELS = 10;

describe.skipIf(!isThere)('on a Citus cluster', () => {
  let database: TestDatabase;
  let data: string;
  beforeAll(async () => {
    database = await createTestDatabase();
    data = newDataFolder();
  });
  afterAll(async () => {
    await database?.drop();
    if (data !== undefined) removeDataFolder(data);
  });

  const examine = () => onOwnConnection((client) => examineCluster(client));
  async function onOwnConnection<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client(database.url);
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }
  const faults = async () => (await examine())?.faults.map(({ found }) => found);

  test('the printed statements leave nothing to complain about', async () => {
    expect(await examine()).toMatchObject({ faults: [], away: [] });
  });

  test('a hub loses no push, doubles none, and logs no error; a deleted parcel is gone', async () => {
    let hub: RunningHub | null = null;
    try {
      hub = await startHub(data, {
        DATABASE_URL: database.url,
        WAYBILL_REDIS: 'off',
        WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET,
      });
      let logged = '';
      hub.child.stderr?.on('data', (text) => {
        logged += text;
      });
      const load = await startRoleLoad(
        { api: hub.url, webhooks: hub.url },
        { parcels: PARCELS, from: 0, nowMs: systemClock.nowMs() },
      );
      await pause(LOAD_MS);
      await load.stop();
      expect(load.failures).toEqual([]);
      expect(load.acknowledged).toBeGreaterThan(PARCELS);
      await expect
        .poll(() => onOwnConnection((client) => lostAndDoubled(client, load.parcels)))
        .toEqual({ lost: [], doubled: [] });
      const [parcel] = load.parcels;
      await callApi(hub.url, 'DELETE', `/v1/shipments/${parcel?.id}`).catch(() => {});
      await expect
        .poll(() =>
          onOwnConnection(async (client) => {
            const text = 'select from facts where shipment_id = $1';
            return (await client.query(text, [parcel?.id])).rowCount;
          }),
        )
        .toBe(0);
      expect(logged).toBe('');
    } finally {
      await hub?.stop();
    }
  });

  test('settings that do not reach the workers are a fault', async () => {
    const set = (text: string) => onOwnConnection((client) => client.query(text));
    const name = new URL(database.url).pathname.slice(1);
    await set(`alter database ${name} set citus.propagate_set_commands = 'none'`);
    expect(await faults()).toEqual([
      expect.stringMatching(/^citus.propagate_set_commands is none/),
    ]);
    await set(`alter database ${name} set citus.propagate_set_commands = 'local'`);
  });

  test('a hub refuses to start while a table is not distributed, and names it', async () => {
    await onOwnConnection((client) => client.query("select undistribute_table('pin_failures')"));
    expect(await faults()).toEqual([expect.stringMatching(/not distributed: pin_failures$/)]);
    const { ready } = launchHub(data, { env: { DATABASE_URL: database.url } });
    await expect(ready).rejects.toThrow(/not distributed: pin_failures/);
  });

  test('tables that Citus has taken over are a fault', async () => {
    await onOwnConnection((client) => client.query("select create_reference_table('merchants')"));
    expect(await faults()).toContainEqual(
      expect.stringMatching(
        /^Citus manages tables that belong on the coordinator alone.*shipments/,
      ),
    );
  });
});
