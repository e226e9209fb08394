import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvRows } from '../../../kernel/wire/csv.ts';
import { bootstrap } from '../../../merchants/index.ts';
import { systemRandom } from '../../../platform/clock.ts';
import { createLog } from '../../../platform/observability/log.ts';
import type { Loop } from '../../../platform/work/loop.ts';
import { startImports } from '../../../tracking/ports/running.ts';
import { columnOf } from '../../api/shipment-imports/columns.ts';
import { shipmentRowReader } from '../../api/shipment-imports/read-row.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { csrfOf } from '../hub/test-console.ts';
import { openTestDesk, type TestDesk } from '../kit/test-desk.ts';

/** A key for tests only. */
const KEY = 'wb_test_bootstrap_not_a_secret';
/** UPS numbers with valid check digits. */
const [A, B] = ['1Z999AA10123456784', '1Z999AA10123456793'];
const [C, D] = ['1Z999AA10123456800', '1Z999AA10123456819'];
/** Texts a spreadsheet would evaluate. */
const FORMULAS = ['=1+1', '+1+1', '-1+1', '@SUM(A1)', '＝1+1'];
/** The same, for a spreadsheet that splits cells at semicolons and tabs. */
const FORMULAS_WITHIN = ['order;=1+1', 'order;;@SUM(A1)', "order;'=1+1"];
const ORDERS = [...FORMULAS, ...FORMULAS_WITHIN, '-12', 'a "b", c'];

let hub: TestHub;
let desk: TestDesk;
let call: Caller;
let imports: Loop;
let shop: string;

beforeAll(async () => {
  hub = await createTestHub();
  const keys = { db: hub.db, clock: hub.clock, randomBytes: systemRandom };
  shop = (await bootstrap(keys, KEY)).merchantId;
  desk = await openTestDesk(hub, hub.members);
  call = callerOf(hub, KEY);
  const { tracking, keyring, adapters } = hub;
  const rowReader = async () => shipmentRowReader(adapters);
  imports = startImports({
    tracking,
    keyring,
    rowReader,
    listener: null,
    log: createLog({ level: 'silent' }),
  });
});
afterAll(async () => {
  await imports.stop();
  await hub.close();
});

describe('an export', () => {
  beforeAll(async () => {
    for (const order of ORDERS) {
      const recipient = { email: 'rita@example.com', name: 'Rita Recipient' };
      const made = await call('POST', '/v1/shipments', {
        carrier: 'fleet',
        order_id: order,
        recipient,
      });
      expect(made.status, made.text).toBe(201);
    }
    const theirs = callerOf(hub, (await hub.newKey({ merchant: 'other' })).text);
    const made = await theirs('POST', '/v1/shipments', {
      carrier: 'fleet',
      order_id: 'theirs',
      recipient: { email: 'rita@example.com' },
    });
    expect(made.status, made.text).toBe(201);
  });
  const csv = async (query = '', as = desk.owner) => {
    const answer = await desk.visit(`/console/export${query}`, as);
    const read = csvRows(answer.text);
    if (!read.ok) throw new Error(`line ${read.line} is not closed`);
    const [head = [], ...rows] = read.rows.map(({ fields }) => fields);
    return { answer, head, orders: rows.map((row) => row[head.indexOf('order_ids')] ?? '') };
  };

  it('as CSV contains no formulas, quotes what needs it, and has only the merchant’s own parcels', async () => {
    const { answer, head, orders } = await csv();
    const { headers } = answer;
    expect(answer.status).toBe(200);
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(headers.get('content-disposition')).toBe('attachment; filename="shipments-test.csv"');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(head).toContain('tracking_number');
    const wanted = [
      ...FORMULAS.map((order) => `'${order}`),
      ...["order;'=1+1", "order;;'@SUM(A1)", "order;''=1+1"],
      ...['-12', 'a "b", c'],
    ];
    expect(orders.toSorted()).toEqual(wanted.toSorted());
    expect(answer.text).toContain('"a ""b"", c"');
    const raw = await fetch(`${hub.url}/console/export`, { headers: { cookie: desk.owner } });
    expect(Buffer.from(await raw.arrayBuffer()).subarray(0, 3)).toEqual(Buffer.from('\uFEFF'));
    expect(answer.text.toLowerCase()).not.toContain('rita');
  });

  it('as JSON has the API’s list format', async () => {
    const answer = await desk.visit('/console/export?format=json', desk.owner);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const rows = JSON.parse(answer.text) as { id: string }[];
    const { body } = await call('GET', '/v1/shipments?limit=100');
    const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
    expect(rows.toSorted(byId)).toEqual((body['data'] as { id: string }[]).toSorted(byId));
  });

  it('can be imported again with the same values', async () => {
    const { text } = (await csv()).answer;
    const read = csvRows(text);
    if (!read.ok) throw new Error(`line ${read.line} is not closed`);
    const [head = [], ...rows] = read.rows.map(({ fields }) => fields);
    const columns = head.map((name) => (columnOf(name) === null ? '' : name));
    const reader = shipmentRowReader(hub.adapters);
    const orders = rows.flatMap((fields) => {
      const row = reader(columns, fields);
      if (!('shipments' in row)) throw new Error(row.reason);
      return row.shipments[0]?.orderIds ?? [];
    });
    expect(orders.toSorted()).toEqual(ORDERS.toSorted());
  });

  it('contains the search results; users who may not see people find none by address', async () => {
    const analyst = await desk.member('analyst@shop.example', 'analyst');
    expect((await csv('?q=rita@example.com')).orders).toHaveLength(ORDERS.length);
    expect((await csv('?q=rit')).orders).toHaveLength(ORDERS.length);
    for (const q of ['rita@example.com', 'rita', 'rit', 'example rita']) {
      expect((await csv(`?q=${q}`, analyst)).orders).toEqual([]);
    }
    expect((await csv('?q=-12', analyst)).orders).toEqual(['-12']);
    const id = (
      JSON.parse((await desk.visit('/console/export?format=json&q=-12', analyst)).text) as {
        id: string;
      }[]
    )[0]?.id;
    const page = await desk.visit(`/console/shipments/${id}`, analyst);
    expect([page.status, page.text.includes('rita')]).toEqual([200, false]);
    const full = await desk.visit(`/console/shipments/${id}`, desk.owner);
    expect(full.text).toContain('rita@example.com');
  });

  it('contains the parcels with any of the statuses in the list’s filter', async () => {
    const all = (await csv('?status=created')).orders;
    expect(all).toHaveLength(ORDERS.length);
    for (const query of ['?status=delivered&status=created', '?status=delivered,created']) {
      expect((await csv(query)).orders.toSorted()).toEqual(all.toSorted());
      const page = (await desk.visit(`/console/shipments${query}`, desk.owner)).text;
      for (const status of ['created', 'delivered']) {
        expect(page).toMatch(new RegExp(`name="status" value="${status}" checked`));
      }
      expect(page).toMatch(/name="status" value="exception"\/?>/);
      expect(page).toContain('/console/export?status=created&amp;status=delivered');
    }
    expect((await csv('?status=delivered,returning')).orders).toEqual([]);
  });

  it('of the other mode is empty, and is recorded in the audit log', async () => {
    const developer = await desk.member('developer@shop.example', 'support');
    await desk.visit('/console/switch', developer, { of: `${shop} live` });
    expect((await csv('', developer)).orders).toEqual([]);
    expect((await desk.visit('/console/export?format=json', developer)).text).toBe('[]\n');
    const audit = await desk.visit('/console/actions', desk.owner);
    expect(audit.text).toContain('exported parcels');
  });
});

describe('an import', () => {
  /** Uploads a file; resolves to the path where its columns are matched. */
  async function upload(text: string) {
    hub.clock.advance(1);
    const form = new FormData();
    form.append('csrf', csrfOf((await desk.visit('/console/import', desk.owner)).text));
    form.append('file', new Blob([text], { type: 'text/csv' }), 'orders.csv');
    const answer = await fetch(`${hub.url}/console/import`, {
      method: 'POST',
      body: form,
      redirect: 'manual' as const,
      headers: { cookie: desk.owner },
    });
    await answer.text();
    expect(answer.status).toBe(303);
    await imports.now();
    return answer.headers.get('location') ?? '';
  }
  /** The columns of a form, each with what is chosen for it. */
  const chosenIn = (html: string) =>
    Object.fromEntries(
      [...html.matchAll(/<select name="(column-\d+)".*?<\/select>/gs)].map(
        ([select, name = '']) => [name, /<option value="(\w*)" selected/.exec(select)?.[1] ?? ''],
      ),
    );
  async function start(at: string, what: 'check' | 'import', changes: Record<string, string> = {}) {
    const fields = chosenIn((await desk.visit(at, desk.owner)).text);
    const answer = await desk.visit(at, desk.owner, { ...fields, ...changes, do: what });
    if (answer.status === 303) {
      const waiting = await desk.visit(answer.headers.get('location') ?? '', desk.owner);
      expect(waiting.text, 'refreshes itself').toContain('data-waits');
    }
    await imports.now();
    return answer;
  }
  async function send(text: string, dryRun: boolean) {
    const answer = await start(await upload(text), dryRun ? 'check' : 'import');
    expect(answer.status).toBe(303);
    return answer.headers.get('location') ?? '';
  }
  const counts = (text: string) =>
    [...text.matchAll(/<dd>(\d+)<\/dd>/g)].map(([, count]) => Number(count));
  const FILE = `tracking_number,carrier,colour\n${A},ups,red\n,ups,<i>\n${B},ups,blue\n`;

  it('reports in a dry run what it would do, then does it, then recognizes the rows', async () => {
    const isThere = async () =>
      (await call('GET', `/v1/shipments?tracking_number=${A}`)).text.includes(A);
    const at = await send(FILE, true);
    expect(at).toMatch(/^\/console\/import\/[0-9a-f-]{36}\?draft=[0-9a-f-]{36}$/);
    const tried = await desk.visit(at, desk.owner);
    expect(tried.text).toContain('What would happen');
    // Rows, registered, known, rejected.
    expect(counts(tried.text)).toEqual([3, 2, 0, 1]);
    expect(tried.text).toMatch(/<td[^>]*>3<\/td>/);
    expect(tried.text).toContain('colour');
    expect(await isThere()).toBe(false);
    const reportAt = await send(FILE, false);
    const done = await desk.visit(reportAt, desk.owner);
    expect(done.text).toContain('What happened');
    expect(done.text).not.toContain('data-waits');
    expect(counts(done.text)).toEqual([3, 2, 0, 1]);
    expect(await isThere()).toBe(true);
    const again = await desk.visit(await send(FILE, false), desk.owner);
    expect(counts(again.text)).toEqual([3, 0, 2, 1]);
    const rowsOf = ({ text }: { text: string }) =>
      [
        ...text.matchAll(
          /<td[^>]*>(\d+)<\/td><td[^>]*><a href="(\/console\/shipments\/[^"]+)"><code>(\w+)<\/code>.*?<td[^>]*>([\w ]+)<\/td><\/tr>/g,
        ),
      ].map(([, line, path = '', number, outcome]) => ({ line, path, number, outcome }));
    expect(rowsOf(tried)).toEqual([]);
    expect(rowsOf(done)).toMatchObject([
      { line: '2', number: A, outcome: 'Added' },
      { line: '4', number: B, outcome: 'Added' },
    ]);
    expect(rowsOf(again).map(({ outcome }) => outcome)).toEqual(['Already known', 'Already known']);
    const parcel = await desk.visit(rowsOf(done)[0]?.path ?? '', desk.owner);
    expect([parcel.status, parcel.text.includes(A)]).toEqual([200, true]);
    // The report contains no number of deleted shipments.
    await desk.visit(`${rowsOf(done)[0]?.path}/erase`, desk.owner, { sure: 'yes' });
    const after = await desk.visit(reportAt, desk.owner);
    expect(rowsOf(after).map(({ number }) => number)).toEqual([B]);
  });

  it('shows what each column holds, and registers nothing before Import is pressed', async () => {
    const text = `Sendung;Kunde;zip;Farbe;zip code\n${C};Rita;10115;red;1\n${D};${'x'.repeat(99)};;;\n`;
    const at = await upload(text);
    const { text: page } = await desk.visit(at, desk.owner);
    expect(chosenIn(page)).toEqual({
      'column-0': '',
      'column-1': 'recipient_name',
      'column-2': 'destination_postal_code',
      'column-3': '',
      'column-4': '',
    });
    expect(page).toContain(`<td class="wrap soft" data-label="First values">${C} · ${D}</td>`);
    expect(page).toContain(`Rita · ${'x'.repeat(40)}…`);
    const without = await start(at, 'import');
    expect(without.status).toBe(422);
    expect(without.text).toContain('tracking number');
    const twice = await start(at, 'import', { 'column-0': 'carrier', 'column-3': 'carrier' });
    expect([twice.status, chosenIn(twice.text)['column-3']]).toEqual([422, 'carrier']);
    const columns = {
      'column-0': 'tracking_number',
      'column-1': 'recipient_name',
      'column-3': 'metadata_farbe',
      'column-4': 'no_such_field',
    };
    const checked = await start(at, 'check', columns);
    const report = await desk.visit(checked.headers.get('location') ?? '', desk.owner);
    expect(counts(report.text)).toEqual([2, 2, 0, 0]);
    expect(report.text).toContain(`href="${at}"`);
    // The draft remembers what was chosen.
    expect(chosenIn((await desk.visit(at, desk.owner)).text)).toMatchObject({
      'column-0': 'tracking_number',
      'column-3': 'metadata_farbe',
    });
    expect((await call('GET', `/v1/shipments?tracking_number=${C}`)).text).not.toContain(C);
    expect((await start(at, 'import')).headers.get('location')).toBe(at);
    const done = await desk.visit(at, desk.owner);
    expect(counts(done.text)).toEqual([2, 2, 0, 0]);
    const { body } = await call('GET', `/v1/shipments?tracking_number=${C}`);
    expect(body['data']).toMatchObject([{ tracking_number: C, metadata: { farbe: 'red' } }]);
    const again = await desk.visit(at, desk.owner, { 'column-0': 'tracking_number', do: 'import' });
    expect(again.status).toBe(409);
    const left = 'select 1 from shipment_import_parts where import_id = $1';
    expect((await hub.db.pipeline.query(left, [at.split('/').at(-1)])).rows).toEqual([]);
  });

  it('shows its report only in its mode, and only to users who may make changes', async () => {
    const at = await send(FILE, true);
    const support = await desk.member('support@shop.example', 'support');
    expect((await desk.visit(at, support)).status).toBe(200);
    await desk.visit('/console/switch', support, { of: `${shop} live` });
    expect((await desk.visit(at, support)).status).toBe(404);
    const analyst = await desk.member('looks@shop.example', 'analyst');
    expect((await desk.visit(at, analyst)).status).toBe(403);
  });

  it('is forgotten a day after its upload, or when newer files replace it', async () => {
    const at = await upload(FILE);
    for (let index = 0; index < 4; index += 1) await upload(FILE);
    expect((await desk.visit(at, desk.owner)).text).toContain('<select name="column-0"');
    await upload(FILE);
    expect((await desk.visit(at, desk.owner)).status).toBe(404);
    const last = await upload(FILE);
    hub.clock.advance(86_400_001);
    await imports.now();
    expect((await desk.visit(last, desk.owner)).status).not.toBe(200);
    const { rows } = await hub.db.pipeline.query('select 1 from shipment_import_parts');
    expect(rows).toEqual([]);
  });
});
