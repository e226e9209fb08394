import { writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import pg from 'pg';
import { launchHub } from '../../src/app/start-testing.ts';
import { startTestPostgres } from '../../src/platform/test-postgres.ts';
import { eventually } from '../support/drills/push-load.ts';
import { uuidOf } from '../support/drills/recorded.ts';
import { fedexPush, PUSH_SECRET, parcelNumber, pushHeaders } from '../support/fedex-push.ts';
import {
  callApi,
  HUB_TEST_KEY,
  newDataFolder,
  removeDataFolder,
} from '../support/hubs/hub-process.ts';
import { tablesOf } from '../support/hubs/tenant-tables.ts';
import { fillEmptyTables } from './fill-empty.ts';
import {
  FIXTURE_MASTER_KEY,
  FIXTURES_FOLDER,
  fixtureFile,
  frozenFiles,
  type Head,
  readSums,
  SUMS,
  sumOf,
} from './fixture.ts';

/**
 * Writes the fixture of a released version: its own hub, with parcels, messages and cases, and a row
 * in each other table.
 *     npx tsx test/upgrade/freeze-fixture.ts VERSION [SOURCES]
 * SOURCES is a checkout of that version with its packages; absent: this one.
 */
const [version, sources = '.'] = process.argv.slice(2);
if (version === undefined) throw new Error('which version?');
const DAY_MS = 86_400_000;
const CODES = ['OC', 'PU', 'DP', 'AR', 'OD', 'DE', 'DL'];
const PARCELS = 7;

const postgres = await startTestPostgres({ durable: true });
const data = newDataFolder();
const nowMs = Date.now();
const db = new pg.Client(postgres.url);
try {
  const { child, ready, ended } = launchHub(data, {
    command: [process.execPath, path.resolve(sources, 'bin/waybill.js'), 'start'],
    env: {
      DATABASE_URL: postgres.url,
      WAYBILL_MASTER_KEY: FIXTURE_MASTER_KEY,
      WAYBILL_BOOTSTRAP_KEY: HUB_TEST_KEY,
      WAYBILL_REDIS: 'off',
      WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET,
    },
  });
  await useHub(new URL((await ready).url));
  child.kill('SIGTERM');
  await ended;
  await db.connect();
  await removeOtherMappings();
  await fillEmptyTables(db);
  writeFileSync(path.join(FIXTURES_FOLDER, fixtureFile(version)), await dump());
  freeze(version);
} finally {
  await db.end();
  await postgres.stop();
  removeDataFolder(data);
}

/** Does what merchants and carriers do, until all of it is processed. */
async function useHub(url: URL): Promise<void> {
  const made = (at: string, body: object) => callApi<{ id: string }>(url, 'POST', at, body);
  await made('/v1/carrier-accounts', {
    carrier: 'fedex',
    label: 'Main warehouse',
    webhook_secrets: ['an-account-secret-of-the-fixture'],
  });
  await made('/v1/api-keys', { name: 'shop server', scopes: ['shipments:read'] });
  await made('/v1/webhook-endpoints', { url: 'https://shop.example/waybill', events: ['*'] });
  await made('/v1/facilities', { carrier: 'fedex', code: 'M1', country: 'US' });
  await made('/v1/couriers', { name: 'Ada Example', vehicle: 'van' });
  const delivery = await callApi<{ delivery_id: string }>(url, 'POST', '/v1/deliveries', {
    origin: { lat: 53.5436, lng: 9.9885 },
    destination: { lat: 53.5453, lng: 9.9467 },
    package_size: 'small',
    phone: '+4915112345678',
  });
  const shipments: string[] = [];
  for (let n = 0; n < PARCELS; n += 1) {
    const { id } = await made('/v1/shipments', {
      carrier: 'fedex',
      tracking_number: parcelNumber(n),
      order_id: `ORDER ${n}`,
      tags: ['fixture'],
      metadata: { reference: `PO ${n}` },
      destination: { country: 'US', postal_code: '90210' },
      recipient: { name: `Ada Example ${n}`, email: `ada${n}@example.com` },
    });
    shipments.push(id);
    for (let scan = 0; scan <= n; scan += 1) await push(url, n, scan);
  }
  await push(url, PARCELS, 0);
  for (const [n, id] of shipments.entries()) {
    await eventually(async () => {
      const { events } = await callApi<{ events: unknown[] }>(url, 'GET', `/v1/shipments/${id}`);
      if (events.length <= n) throw new Error(`${id} has ${events.length} events`);
    });
  }
  // The other tables' rows refer to one parcel, which has a delivery and a case.
  const shipment = uuidOf(delivery.delivery_id);
  const { id } = await made('/v1/exceptions', { shipment_id: shipment, kind: 'other' });
  await made(`/v1/exceptions/${id}/notes`, { text: 'The recipient is back on Monday.' });
  const amount = { minor: 1_250, currency: 'EUR' };
  await made('/v1/claims', { exception_id: id, reason: 'damaged', amount });
}

async function push(url: URL, parcel: number, scan: number): Promise<void> {
  const atMs = nowMs - 10 * DAY_MS + scan * DAY_MS;
  const date = `${new Date(atMs).toISOString().slice(0, 19)}-05:00`;
  const body = fedexPush({
    number: parcelNumber(parcel),
    scans: [{ code: CODES[scan] ?? 'AR', date }],
  });
  const headers = pushHeaders(body);
  const at = new URL('/webhooks/carrier/fedex', url);
  const response = await fetch(at, { method: 'POST', headers, body });
  if (response.status !== 200) throw new Error(`push: ${response.status}`);
}

/** Adds the checksums of the fixture and of the migrations that it has run. */
function freeze(version: string): void {
  const sums = readSums();
  for (const file of frozenFiles(version)) sums.set(file, sumOf(file));
  const lines = [...sums].map(([file, sum]) => `${sum}  ${file}\n`);
  writeFileSync(path.join(FIXTURES_FOLDER, SUMS), lines.join(''));
}

/** Leaves out mappings of other carriers, which would be most of the file. */
async function removeOtherMappings(): Promise<void> {
  for (const table of ['active_mappings', 'mapping_activations', 'mapping_versions'])
    await db.query(`delete from ${table} where carrier <> 'fedex'`);
}

async function dump(): Promise<string> {
  const migrations = await db.query<{ name: string }>(
    'select name from knex_migrations order by name',
  );
  const sequences = await db.query<{ name: string; value: string }>(
    `select sequencename as name, last_value as value from pg_sequences
     where schemaname = 'public' and sequencename not like 'knex\\_%' and last_value is not null`,
  );
  const head: Head = {
    version: version ?? '',
    frozenAt: new Date(nowMs).toISOString(),
    migrations: migrations.rows.map(({ name }) => name),
    partitions: await partitions(),
    sequences: Object.fromEntries(sequences.rows.map(({ name, value }) => [name, value])),
  };
  const lines = [JSON.stringify(head)];
  for (const { name, isPartition } of await tablesOf(db)) {
    if (isPartition) continue;
    const { rows } = await db.query<{ row: string }>(
      `select row_to_json(t)::text as row from ${name} as t order by 1`,
    );
    lines.push(...rows.map(({ row }) => `["${name}",${row}]`));
  }
  return `${lines.join('\n')}\n`;
}

/** The hub makes partitions as time goes on, so no migration does. */
async function partitions(): Promise<readonly string[]> {
  const { rows } = await db.query<{ sql: string }>(
    `select format('create table %s partition of %s %s', c.oid::regclass, i.inhparent::regclass,
              pg_get_expr(c.relpartbound, c.oid)) as sql
     from pg_class c join pg_inherits i on i.inhrelid = c.oid
     where c.relispartition and c.relkind = 'r' order by 1`,
  );
  return rows.map(({ sql }) => sql);
}
