import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { runUpgradeCheck } from '../../src/cli/upgrade.ts';
import {
  MIGRATIONS_FOLDER,
  migrate,
  migrationNames,
  pendingMigrations,
  rollBack,
} from '../../src/platform/database/migrate.ts';
import { startTestPostgres, type TestPostgres } from '../../src/platform/test-postgres.ts';
import {
  callApi,
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';
import { runVerb } from '../support/hubs/waybill-verb.ts';

/** The next version's migration, as far as this test is concerned. */
const NEXT = '0999_add_color.sql';
const NEXT_SQL = `
alter table shipments add column color text;
alter table shipments no force row level security;
update shipments set color = 'red' where 'color' = any (tags) and metadata ? 'reference';
alter table shipments force row level security;
-- down
alter table shipments drop column color;
`;

const PARCELS = [1, 2, 3].map((index) => ({
  carrier: 'fedex',
  tracking_number: `77000000000${index}`,
  order_id: `ORDER ${index}`,
  tags: index === 1 ? ['color'] : [],
  metadata: { reference: `PO ${index}` },
  recipient: { name: 'Ada Example', email: `ada${index}@example.com` },
}));

let server: TestPostgres;
let data: string;
let folder: string;
let hub: RunningHub | null = null;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  server = await startTestPostgres({ durable: true });
  data = newDataFolder();
  env = { DATABASE_URL: server.url, WAYBILL_MASTER_KEY: 'ab'.repeat(32) };
  folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-migrations-'));
  for (const name of migrationNames()) {
    copyFileSync(path.join(MIGRATIONS_FOLDER, name), path.join(folder, name));
  }
  writeFileSync(path.join(folder, NEXT), NEXT_SQL);
});
afterAll(async () => {
  await hub?.stop();
  await server?.stop();
  removeDataFolder(data);
  rmSync(folder, { recursive: true });
});

interface Shipment {
  readonly id: string;
  readonly [member: string]: unknown;
}

/** What merchants entered, as the API answers. */
async function shipmentsAt(url: URL): Promise<readonly unknown[]> {
  const list = await callApi<{ data: Shipment[] }>(url, 'GET', '/v1/shipments?sort=created_at');
  return Promise.all(
    list.data.map(async ({ id }) => {
      const shipment = await callApi<Shipment>(url, 'GET', `/v1/shipments/${id}`);
      const { tracking_number, order_id, status, tags, metadata, recipient } = shipment;
      return { id, tracking_number, order_id, status, tags, metadata, recipient };
    }),
  );
}

async function rowsOf(sql: string): Promise<unknown[]> {
  const client = new pg.Client(server.url);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

it('a database of 0.1.0 goes to the next version and back with all its data', async () => {
  hub = await startHub(data, env);
  for (const parcel of PARCELS) await callApi(hub.url, 'POST', '/v1/shipments', parcel);
  const before = await shipmentsAt(hub.url);
  expect(before).toHaveLength(PARCELS.length);
  await hub.stop();
  hub = null;

  const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const code = await runUpgradeCheck(
    { ...env, WAYBILL_DATA: data, WAYBILL_SANDBOX: 'off' },
    folder,
  );
  const report = printed.mock.calls.join('');
  printed.mockRestore();
  // There is no backup yet.
  expect([code, report]).toEqual([1, expect.stringMatching(/needs 1 change[^:]*:\n {2}0999/)]);
  expect(report).toContain('    changes rows of shipments\n');
  expect(report).toContain('The previous version can work on meanwhile');
  expect(report).toContain(
    'Backups: none was made yet. Make one every day: `waybill backup PLACE`',
  );

  expect(await migrate(server.url, folder)).toEqual({ applied: [NEXT] });
  expect(await rowsOf('select color from shipments order by tracking_number')).toEqual([
    { color: 'red' },
    { color: null },
    { color: null },
  ]);

  const refusal = `The database is newer than this version of Waybill: it has run ${NEXT}`;
  await expect(pendingMigrations(server.url)).rejects.toThrow(refusal);
  for (const args of [['start'], ['migrate']]) {
    const { how, stderr } = await runVerb(data, args, env);
    expect([how, stderr]).toEqual([1, expect.stringContaining(refusal)]);
  }

  expect(await rollBack(server.url, folder)).toEqual({ applied: [NEXT] });
  hub = await startHub(data, env);
  expect(await shipmentsAt(hub.url)).toEqual(before);
});

it('a database from before 0.1.0 is refused by start, migrate and doctor, which say what to do', async () => {
  await hub?.stop();
  hub = null;
  await rowsOf(`update knex_migrations set name = '0226_name_imported_shipments.ts'`);
  for (const args of [['start'], ['migrate'], ['doctor']]) {
    const { how, stdout, stderr } = await runVerb(data, args, env);
    expect(how).toBe(1);
    expect(stdout + stderr).toContain('created by a development version before 0.1.0');
    expect(stdout + stderr).toContain(
      'Start with an empty database: set DATABASE_URL to a new one',
    );
  }
});
