import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shipmentRowReader } from '../../../src/http/api/shipment-imports/read-row.ts';
import { openTestDesk, type TestDesk } from '../../../src/http/console/kit/test-desk.ts';
import { type Answered, type Caller, callerOf } from '../../../src/http/testing/test-client.ts';
import { createTestHub, type TestHub } from '../../../src/http/testing/test-hub.ts';
import { bootstrap } from '../../../src/merchants/index.ts';
import { systemRandom } from '../../../src/platform/clock.ts';
import { createLog } from '../../../src/platform/observability/log.ts';
import type { Loop } from '../../../src/platform/work/loop.ts';
import { startImports } from '../../../src/tracking/ports/running.ts';
import { API_MISTAKES } from './api-mistakes.ts';
import { DESK_MISTAKES } from './desk-mistakes.ts';
import { FILE_MISTAKES, FINE_FILES } from './file-mistakes.ts';
import { leftOut, type Outcome } from './mistake.ts';
import { ARGUMENT_MISTAKES, MAPPING_MISTAKES, SETTING_MISTAKES } from './operator-mistakes.ts';

/**
 * Mistakes that people make with the API, the desk and their files: every answer says what is
 * wrong, where, and how to fix it. Operators' mistakes are in the file beside.
 */
const KEY = 'wb_test_bootstrap_not_a_secret';
/** How often a file is processed before its report counts. */
const TRIES = 3;
const LEASE_OVER_MS = 31_000;
let hub: TestHub;
let desk: TestDesk;
let analyst: string;
let imports: Loop;
let shipmentId: string;
let callers: Readonly<Record<'all' | 'reader' | 'nobody', Caller>>;

beforeAll(async () => {
  hub = await createTestHub();
  const keys = { db: hub.db, clock: hub.clock, randomBytes: systemRandom };
  await bootstrap(keys, KEY);
  desk = await openTestDesk(hub, hub.members);
  analyst = await desk.member('analyst@shop.example', 'analyst');
  const all = callerOf(hub, KEY);
  callers = {
    all,
    reader: callerOf(hub, (await hub.newKey({ scopes: ['shipments:read'] })).text),
    nobody: callerOf(hub, null),
  };
  imports = startImports({
    tracking: hub.tracking,
    keyring: hub.keyring,
    rowReader: async () => shipmentRowReader(hub.adapters),
    listener: null,
    log: createLog({ level: 'silent' }),
  });
  const parcel = { tracking_number: '1Z999AA10123456802', carrier: 'ups' };
  const used = { 'idempotency-key': 'used-before' };
  const made = await all('POST', '/v1/shipments', parcel, used);
  expect(made.status, made.text).toBe(201);
  shipmentId = String(made.body['id']);
  const branding = await all('PUT', '/v1/branding', { name: 'Shop' });
  expect(branding.status, branding.text).toBeLessThan(300);
});
afterAll(async () => {
  await imports.stop();
  await hub.close();
});

it('are at least a hundred', () => {
  const all = [
    ...API_MISTAKES,
    ...DESK_MISTAKES,
    ...FILE_MISTAKES,
    ...SETTING_MISTAKES,
    ...ARGUMENT_MISTAKES,
    ...MAPPING_MISTAKES,
  ];
  expect(new Set(all.map(({ what, where }) => `${what} ${where}`)).size).toBe(all.length);
  expect(all.length).toBeGreaterThanOrEqual(100);
});

describe('the API', () => {
  it.each(API_MISTAKES)('$what: $to', async (mistake) => {
    const { to, body, headers, as = 'all', status } = mistake;
    const [method = '', at = ''] = to.replace('{id}', shipmentId).split(' ');
    const answer = await callers[as](method, at, body, headers);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect([answer.status, leftOut(mistake, problemOf(answer)), answer.text]).toEqual([
      ...[status, []],
      answer.text,
    ]);
  });
});

function problemOf({ body }: Answered): Outcome {
  const { title = '', detail = '', fix = '', errors } = body;
  expect(title).not.toBe('');
  const items = Array.isArray(errors) ? errors : [];
  return {
    found: [String(detail), ...items.flatMap(({ pointer, reason }) => [`${pointer} ${reason}`])],
    fixes: [String(fix), ...items.map((item) => String(item.fix))],
  };
}

describe('the desk', () => {
  it.each(DESK_MISTAKES)('$what: $path', async (mistake) => {
    const { path, form, status, as } = mistake;
    const who = as === 'analyst' ? analyst : desk.owner;
    const answer = await desk.visit(path.replace('{id}', shipmentId), who, form);
    // Some messages are on the next page.
    const next = answer.headers.get('location');
    const shown = next === null ? answer : await desk.visit(next, who);
    const said = wordsOf(shown.text);
    expect([answer.status, leftOut(mistake, { found: [said], fixes: [] }), said]).toEqual([
      ...[status, [], said],
    ]);
  });
});

/** A page's message about a fault; the whole text if the page contains nothing else. */
function wordsOf(html: string): string {
  const alerts = html.matchAll(/<(\w+)[^>]*role="(?:alert|status)"[^>]*>([\s\S]*?)<\/\1>/g);
  const main = /<main[^>]*>([\s\S]*?)<\/main>/.exec(html)?.[1] ?? '';
  const texts = [...Array.from(alerts, ([, , inside = '']) => inside), main].map((part) =>
    part
      .replaceAll(/<[^>]+>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  );
  return texts.find((text) => text !== '') ?? '';
}

describe('a file of shipments', () => {
  it.each(FILE_MISTAKES)('$what', async (mistake) => {
    const { file, query = '', line } = mistake;
    const answer = await send(file, query);
    if (line === null) {
      expect([answer.status, leftOut(mistake, problemOf(answer)), answer.text]).toEqual([
        ...[422, [], answer.text],
      ]);
      return;
    }
    const { rows, rejected, errors } = await reportOf(answer);
    expect([rows, rejected, errors]).toEqual([3, 1, [{ line, reason: expect.any(String) }]]);
    const said = errors.map(({ reason }) => reason);
    expect([leftOut(mistake, { found: said, fixes: [] }), said]).toEqual([[], said]);
    expect(said.join().length).toBeLessThan(1_000);
  });

  it.each(FINE_FILES)('is accepted with %s', async (_what, file) => {
    const { rejected, errors } = await reportOf(await send(file));
    expect([rejected, errors]).toEqual([0, []]);
  });

  async function send(file: string | Uint8Array<ArrayBuffer>, query = ''): Promise<Answered> {
    const answer = await fetch(`${hub.url}/v1/shipments/import${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'text/csv' },
      body: file,
    });
    const text = await answer.text();
    const { status, headers } = answer;
    return { status, headers, text, body: JSON.parse(text) };
  }

  async function reportOf({ status, text, body }: Answered) {
    expect(status, text).toBe(202);
    let report = await reportAfterUpdate(body['id']);
    // A part that failed temporarily is retried once the file's lease is over.
    for (let nth = 1; nth < TRIES && report.state !== 'done'; nth += 1) {
      hub.clock.advance(LEASE_OVER_MS);
      report = await reportAfterUpdate(body['id']);
    }
    expect(report.state).toBe('done');
    return report;
  }

  async function reportAfterUpdate(id: unknown) {
    await imports.now();
    const report = await callers.all('GET', `/v1/shipments/import/${id}`);
    return report.body as {
      state: string;
      rows: number;
      rejected: number;
      errors: readonly { line: number; reason: string }[];
    };
  }
});
