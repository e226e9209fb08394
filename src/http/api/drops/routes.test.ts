import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FOLDER_PLACE } from '../../../intake/index.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { openFolderStore } from '../../../platform/objects/folder-store.ts';
import { openTestConsole } from '../../console/hub/test-console.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-drops-'));
const store = openFolderStore({ folder });
let hub: TestHub;
let call: Caller;
let test: Caller;
let tenant: Tenant;
beforeAll(async () => {
  hub = await createTestHub({ drops: { places: [{ ...FOLDER_PLACE, store }] } });
  const made = await hub.newKey({ merchant: 'shop', mode: 'live', scopes: ['accounts:read'] });
  call = callerOf(hub, made.text);
  tenant = made.tenant;
  test = callerOf(hub, (await hub.newKey({ merchant: 'shop', scopes: ['admin'] })).text);
});
afterAll(async () => {
  await hub.close();
  rmSync(folder, { recursive: true });
});

let made = 0;
async function aDrop(over: Record<string, unknown> = {}): Promise<string> {
  made += 1;
  const row: Record<string, unknown> = {
    id: `0195a000-0000-7000-8000-0000000000${String(made).padStart(2, '0')}`,
    merchant_id: tenant.merchantId,
    mode: 'live',
    place: store.name,
    name: `f${made}.csv`,
    version: '1',
    size_bytes: 1_000,
    read_bytes: 250,
    state: 'reading',
    rows: 20,
    accepted: 17,
    duplicates: 1,
    rejected: 2,
    due_at: new Date(),
    last_seen_at: new Date(0),
    ...over,
  };
  const names = Object.keys(row);
  await hub.db.pipeline.query(
    `insert into drops (${names.join(', ')}) values (${names.map((_, index) => `$${index + 1}`).join(', ')})`,
    Object.values(row),
  );
  return String(row['id']);
}

it('a file with its progress is visible to its merchant, in its mode, and to nobody else', async () => {
  const id = await aDrop();
  const answer = await call('GET', `/drops/${id}`);
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({
    id,
    name: 'f1.csv',
    state: 'reading',
    size_bytes: 1_000,
    read_bytes: 250,
    rows: 20,
    accepted: 17,
    duplicates: 1,
    rejected: 2,
    same_as: null,
    facility_code: null,
    ignored_columns: [],
    problem: null,
    filed_as: null,
    found_at: '1970-01-01T00:00:00.000Z',
    started_at: null,
    finished_at: null,
  });
  expect((await test('GET', `/drops/${id}`)).status).toBe(404);
  expect((await test('GET', '/drops')).body).toEqual({ data: [], next_cursor: null });
  expect((await call('GET', '/drops/nonsense')).status).toBe(404);
  const scanner = callerOf(hub, (await hub.newKey({ scopes: ['scans:write'] })).text);
  expect((await scanner('GET', '/drops')).status).toBe(403);
});

it('files are listed newest first, by page and by state', async () => {
  const ids = [await aDrop({ state: 'done' }), await aDrop({ state: 'done' })];
  const first = await call('GET', '/drops?state=done&limit=1');
  expect(first.body['data']).toMatchObject([{ id: ids[1] }]);
  const second = await call('GET', `/drops?state=done&limit=1&cursor=${first.body['next_cursor']}`);
  expect(second.body).toMatchObject({ data: [{ id: ids[0] }], next_cursor: null });
  expect((await call('GET', '/drops?state=lost')).status).toBe(422);
});

it('rejected rows can be downloaded as a file, once there is one', async () => {
  const id = await aDrop({ state: 'done', filed_name: 'größe.csv', finished_at: new Date() });
  expect((await call('GET', `/drops/${id}/rejected`)).status).toBe(404);
  await store.put('shop/live/done/größe.csv.rejected.csv', Buffer.from('rejected_line\r\n7\r\n'));
  const answer = await call('GET', `/drops/${id}/rejected`);
  expect([answer.status, answer.text]).toEqual([200, 'rejected_line\r\n7\r\n']);
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment; .*gr%C3%B6%C3%9Fe\.csv/);
  expect((await test('GET', `/drops/${id}/rejected`)).status).toBe(404);
  const none = await aDrop({
    state: 'done',
    rejected: 0,
    filed_name: 'x',
    finished_at: new Date(),
  });
  expect((await call('GET', `/drops/${none}/rejected`)).status).toBe(404);
});

it('operators see the files of all merchants with their progress', async () => {
  await aDrop({ name: '<b>x</b>.csv', problem: 'live/columns.yaml:1:1: colums' });
  await aDrop({ state: 'quarantined', problem: 'The file is empty.', ignored_columns: ['belt'] });
  const { cookie, visit } = await openTestConsole(hub);
  const { text, status } = await visit('/console/hub/drops', cookie);
  expect(status).toBe(200);
  expect(text).toContain('&lt;b>x&lt;/b>.csv');
  expect(text).toContain('25%');
  expect(text).toContain('Columns ignored: belt.');
  const named = { state: 'done', filed_name: 'belt.csv', finished_at: new Date() };
  const done = await aDrop({ ...named, name: 'belt.csv' });
  await store.put('shop/live/done/belt.csv.rejected.csv', Buffer.from('rejected_line\r\n9\r\n'));
  const link = `/console/hub/drops/${done}/rejected`;
  expect((await visit('/console/hub/drops', cookie)).text).toContain(`href="${link}"`);
  const file = await visit(link, cookie);
  expect([file.status, file.text]).toEqual([200, 'rejected_line\r\n9\r\n']);
  expect((await visit(link, '')).status).toBe(303);
  expect((await visit('/console/hub/drops/x/rejected', cookie)).status).toBe(404);
  const some = (await visit('/console/hub/drops?state=quarantined', cookie)).text;
  expect(some).toMatch(/quarantined <span>1<\/span>/);
  // No file is in this state.
  expect(some).not.toContain('state=vanished');
  expect(some).toContain('The file is empty.');
  expect(some).not.toContain('colums');
  expect((await visit('/console/hub/drops?state=done&cursor=x', cookie)).status).toBe(422);
});

it('operators of a hub without a folder for files see which setting names it', async () => {
  const other = await createTestHub({ drops: { places: [] } });
  const { cookie, visit } = await openTestConsole(other);
  const { text } = await visit('/console/hub/drops', cookie);
  await other.close();
  expect(text).toContain('WAYBILL_DROPS');
  expect(text).toContain('href="/docs/guides/fleet#csv-drops"');
  expect(text).not.toContain('class="tabs"');
});
