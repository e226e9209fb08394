import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fedexPush, pushHeaders } from '../../../test/support/fedex-push.ts';
import { type RunningVerb, runVerb } from '../../../test/support/hubs/waybill-verb.ts';
import { archiveTrails, nightlyRewriteOfTrails } from '../../fleet/positions/index.ts';
import { packTrail } from '../../fleet/positions/trails/compact-trail.ts';
import { type Caller, callerOf } from '../../http/testing/test-client.ts';
import { createTestHub, TEST_WEBHOOK_SECRET, type TestHub } from '../../http/testing/test-hub.ts';
import { openFolderStore } from '../../platform/objects/folder-store.ts';
import { assertKeyFits } from '../../platform/sealing/key-canary.sql.ts';
import { loadKeyring } from '../../platform/sealing/master-key.ts';
import { PROJECT_ROOT } from '../../platform/settings/yaml-settings.ts';
import { holdBack, sweepLog } from '../../tracking/ports/running.ts';

/** The examples of docs/retention.md. */
const COMMANDS = `npx waybill archive query 794644790138
npx waybill archive restore 794644790138`;
const NUMBER = '794644790138';
const TRAILS = 'npx waybill archive query cou_0190b0a15e0b7c3e8f0b1d5a2c4e6f80';
const DAY_MS = 86_400_000;

let data: string;
let hub: TestHub;
let call: Caller;
let id: string;

beforeAll(async () => {
  data = mkdtempSync(path.join(os.tmpdir(), 'waybill-archive-verbs-'));
  const keyring = loadKeyring({ text: null, file: null, data });
  hub = await createTestHub({ keyring });
  await assertKeyFits(hub.db.pipeline, keyring);
  call = callerOf(hub, (await hub.newKey()).text);
  const { body } = await call('POST', '/v1/shipments', {
    carrier: 'fedex',
    tracking_number: NUMBER,
    recipient: { name: 'Quillomar Vexwright' },
  });
  ({ id } = body as { id: string });
  const pushed = fedexPush({
    number: NUMBER,
    scans: [{ code: 'DL', date: '2026-03-10T10:00:00+00:00' }],
  });
  const headers = pushHeaders(pushed, TEST_WEBHOOK_SECRET);
  const response = await fetch(`${hub.url}/webhooks/carrier/fedex`, {
    method: 'POST',
    headers,
    body: pushed,
  });
  expect(response.status).toBe(200);
  await hub.settled();
  expect(await statusNow()).toBe('delivered');
  hub.clock.set(hub.clock.nowMs() + 91 * DAY_MS);
  const store = openFolderStore({ folder: path.join(data, 'archive') });
  const held = holdBack({ clock: hub.clock, log: pino({ enabled: false }) });
  await sweepLog(
    hub.tracking,
    hub.clock.nowMs() - 90 * DAY_MS,
    100,
    { held },
    {
      store,
      exceptCarriers: [],
    },
  );
  expect(await statusNow()).toBe(404);
});
afterAll(async () => {
  await hub?.close();
  rmSync(data, { recursive: true, force: true });
});

async function statusNow(): Promise<unknown> {
  return ((await call('GET', `/v1/shipments/${id}`)).body as { status?: unknown }).status;
}

const verb = (...args: string[]): RunningVerb['ended'] =>
  runVerb(data, args, {
    DATABASE_URL: hub.databaseUrl,
    WAYBILL_ARCHIVE: path.join(data, 'archive'),
  });

const guide = () => readFileSync(path.join(PROJECT_ROOT, 'docs/retention.md'), 'utf8');

it('is read by DuckDB with the guide’s query, which identifies nobody in it', async () => {
  const [, query = ''] = /```sql\n(.*?)```/s.exec(guide()) ?? [];
  const database = await DuckDBInstance.create();
  const connection = await database.connect();
  const ask = async (text: string) =>
    (await connection.runAndReadAll(text.replaceAll("'archive/", `'${data}/archive/`))).getRows();
  const counted = await ask(query);
  expect(counted.map(([carrier, count]) => [carrier, Number(count)])).toEqual([['fedex', 1]]);
  const [row] = await ask(
    "select status, mode, delivered_at::text, events->0->>'status', octet_length(sealed) > 100 from 'archive/parcels/*/*.parquet'",
  );
  expect(row).toEqual(['delivered', 'test', '2026-03-10 10:00:00', 'delivered', true]);
  connection.closeSync();
  database.closeSync();
});

it('is listed, shown and brought back by the guide’s commands', async () => {
  expect(guide()).toContain(COMMANDS);
  const listed = await verb('archive', 'list', '--json');
  expect([listed.how, listed.stderr]).toEqual([0, '']);
  const [day = ''] = readdirSync(path.join(data, 'archive/parcels'));
  const [file = ''] = readdirSync(path.join(data, 'archive/parcels', day));
  expect(JSON.parse(listed.stdout)).toMatchObject({ file: `parcels/${day}/${file}`, parcels: 1 });
  const [query = '', restore = ''] = COMMANDS.split('\n').map((line) => line.slice(12));
  const shown = await verb(...query.split(' '));
  expect([shown.how, shown.stderr]).toEqual([0, '']);
  expect(JSON.parse(shown.stdout)).toMatchObject({
    id,
    recipient: { name: 'Quillomar Vexwright' },
    facts: [{ status: 'delivered' }],
  });
  const restored = await verb(...restore.split(' '));
  expect([restored.how, restored.stderr]).toEqual([0, '']);
  expect(restored.stdout).toBe(`${id} (fedex) restored\n`);
  expect(await statusNow()).toBe('delivered');
  const again = await verb(...restore.split(' '));
  expect(again.stdout).toBe(`${id} (fedex) is there already\n`);
});

it('contains a courier’s trail, which the guide’s command prints and a deletion removes', async () => {
  const { body } = await call('POST', '/v1/couriers', { name: 'Vexwright', vehicle: 'bike' });
  const courier = (body as { id: string }).id;
  const points = [
    { atMs: Date.parse('2026-03-10T08:00:00Z'), lat: 53.55, lng: 9.99 },
    { atMs: Date.parse('2026-03-10T08:05:00Z'), lat: 53.56, lng: 10.01 },
  ];
  await hub.db.pipeline.query(
    `insert into courier_trails (courier_id, day, kind, part, merchant_id, mode, from_at, to_at,
       reported, points, trail)
     select id, '2026-03-10', 'line', 1, merchant_id, mode, '2026-03-10T08:00:00Z',
       '2026-03-10T08:05:00Z', 300, 2, $1 from couriers`,
    [packTrail(points)],
  );
  const store = openFolderStore({ folder: path.join(data, 'archive') });
  const deps = { ...hub.tracking, store };
  expect(await archiveTrails(deps, hub.clock.nowMs() - 90 * DAY_MS, 100)).toBe(1);
  expect(await archiveTrails(deps, hub.clock.nowMs() - 90 * DAY_MS, 100)).toBe(0);

  expect(guide()).toContain(TRAILS);
  const shown = await verb(...TRAILS.split(' ').slice(2, -1), courier);
  expect([shown.how, shown.stderr]).toEqual([0, '']);
  expect(JSON.parse(shown.stdout)).toMatchObject({
    courier,
    day: '2026-03-10',
    kind: 'line',
    points: points.map(({ atMs, ...at }) => ({ at: new Date(atMs).toISOString(), ...at })),
  });
  expect((await verb('archive', 'list')).stdout).toContain('1 trails');
  const database = await DuckDBInstance.create();
  const connection = await database.connect();
  const rows = await connection.runAndReadAll(
    `select mode, day, kind, reported, points, octet_length(sealed) > 20 from '${data}/archive/trails/*/*.parquet'`,
  );
  expect(rows.getRows()).toEqual([['test', '2026-03-10', 'line', 300, 2, true]]);
  connection.closeSync();
  database.closeSync();

  expect((await call('DELETE', `/v1/couriers/${courier}`)).status).toBe(204);
  const gone = await verb('archive', 'query', courier);
  expect([gone.how, gone.stderr]).toEqual([1, expect.stringContaining('holds no trail')]);
  await nightlyRewriteOfTrails(deps, 10)();
  const files: string[] = [];
  for await (const { key } of store.list('trails/')) files.push(key);
  expect(files).toEqual([]);
});

it('reports what is missing: the number, or the archive', async () => {
  const nothing = await verb('archive', 'query', '999999999999');
  expect(nothing.how).toBe(1);
  expect(nothing.stderr).toContain('holds no parcel with the number 999999999999');
  const nowhere = await runVerb(data, ['archive', 'restore', NUMBER], {
    DATABASE_URL: hub.databaseUrl,
  });
  expect(nowhere.how).toBe(2);
  expect(nowhere.stderr).toContain('WAYBILL_ARCHIVE');
});
