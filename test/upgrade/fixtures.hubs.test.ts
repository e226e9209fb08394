import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callerOf } from '../../src/http/testing/test-client.ts';
import { createTestHub } from '../../src/http/testing/test-hub.ts';
import { manualClock, systemRandom } from '../../src/platform/clock.ts';
import { openDatabase } from '../../src/platform/database/database.ts';
import {
  migrate,
  migrationNames,
  pendingMigrations,
  readMigration,
  rollBack,
} from '../../src/platform/database/migrate.ts';
import { dumpSchema } from '../../src/platform/database/schema-dump.ts';
import { createKeyring } from '../../src/platform/sealing/sealing.ts';
import { createTestDatabase, type TestDatabase } from '../../src/platform/test-postgres.ts';
import { parcelNumber } from '../support/fedex-push.ts';
import { HUB_TEST_KEY } from '../support/hubs/hub-process.ts';
import { tablesOf } from '../support/hubs/tenant-tables.ts';
import {
  changedRows,
  FIXTURE_MASTER_KEY,
  type Fixture,
  fixtureVersions,
  loadFixture,
  migrationSteps,
  readFixture,
} from './fixture.ts';

/** The statuses of the fixtures' parcels: each has had one more scan than the one before. */
const STATUSES = [
  'created',
  'picked_up',
  'in_transit',
  'at_facility',
  'out_for_delivery',
  'exception',
  'delivered',
];

let database: TestDatabase;
let db: pg.Client;

beforeEach(async () => {
  database = await createTestDatabase({ migrate: false });
  db = new pg.Client(database.url);
  await db.connect();
});
afterEach(async () => {
  await db.end();
  await database.drop();
});

describe.each(fixtureVersions())('a database of %s', (version) => {
  let fixture: Fixture;
  beforeEach(async () => {
    fixture = readFixture(version);
    await loadFixture(database.url, db, fixture);
  });

  it('has a row in every table', async () => {
    const tables = (await tablesOf(db)).filter(({ isPartition }) => !isPartition);
    expect([...fixture.tables.keys()].sort()).toEqual(tables.map(({ name }) => name).sort());
  });

  it('gets the schema of a new one, and keeps every row', async () => {
    await migrate(database.url);
    expect(await changedRows(db, fixture)).toEqual({});
    const other = await createTestDatabase();
    const fresh = new pg.Client(other.url);
    await fresh.connect();
    for (const statement of fixture.partitions) await fresh.query(statement);
    expect(await dumpSchema(db)).toBe(await dumpSchema(fresh));
    await fresh.end();
    await other.drop();
  });

  it('is as before after each migration that is undone', async () => {
    const steps = migrationSteps(fixture.migrations);
    const undone: string[] = [];
    for (const name of await pendingMigrations(database.url)) {
      const before = await dumpSchema(db);
      steps.add(name);
      await migrate(database.url, steps.folder);
      if (readMigration(name).down === null) continue;
      expect(await rollBack(database.url, steps.folder)).toEqual({ applied: [name] });
      expect([name, await dumpSchema(db)]).toEqual([name, before]);
      undone.push(name);
      await migrate(database.url, steps.folder);
    }
    steps.remove();
    const reversible = migrationNames().filter((name) => readMigration(name).down !== null);
    expect(undone).toEqual(reversible.filter((name) => !fixture.migrations.includes(name)));
    expect(await changedRows(db, fixture)).toEqual({});
  });

  it('is served by this version', async () => {
    await migrate(database.url);
    const pool = openDatabase({ url: database.url });
    const clock = manualClock(Date.parse(fixture.frozenAt));
    const key = new Uint8Array(Buffer.from(FIXTURE_MASTER_KEY, 'hex'));
    const hub = await createTestHub({
      shared: { databaseUrl: database.url, db: pool, clock },
      keyring: createKeyring([key], systemRandom),
    });
    const call = callerOf(hub, HUB_TEST_KEY);
    const { body } = await call('GET', '/shipments?tag=fixture&sort=created_at&limit=50');
    const listed = body['data'] as { id: string }[];
    const shown = await Promise.all(
      listed.map(async ({ id }) => (await call('GET', `/shipments/${id}`)).body),
    );
    expect(
      shown.map(({ tracking_number, status, order_id, recipient, events }) => ({
        tracking_number,
        status,
        order_id,
        recipient: (recipient as { name: string }).name,
        events: (events as unknown[]).length,
      })),
    ).toEqual(
      STATUSES.map((status, n) => ({
        tracking_number: parcelNumber(n),
        status,
        order_id: `ORDER ${n}`,
        recipient: `Ada Example ${n}`,
        events: n + 1,
      })),
    );
    await hub.close();
  });
});
