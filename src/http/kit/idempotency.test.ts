import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '../../kernel/errors.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { dropExpiredIdempotencyKeys, IDEMPOTENCY_RETENTION_MS } from '../../merchants/index.ts';
import { type Caller, callerOf } from '../testing/test-client.ts';
import { createTestHub, type TestHub } from '../testing/test-hub.ts';
import type { Answer } from './answer.ts';
import { createIdempotency, type Idempotency } from './idempotency.ts';

let hub: TestHub;
let call: Caller;
let tenant: Tenant;
let idempotency: Idempotency;
let carrier: string;
let waits = 0;

beforeAll(async () => {
  hub = await createTestHub();
  const key = await hub.newKey();
  call = callerOf(hub, key.text);
  tenant = key.tenant;
  carrier = hub.adapters.carriers()[0]?.manifest.name ?? '';
  const { db, clock } = hub;
  const wait = async () => {
    waits += 1;
    await new Promise((resolve) => setImmediate(resolve));
  };
  idempotency = createIdempotency({ db, clock, sealer: hub.tracking.sealer, wait });
});
afterAll(() => hub.close());
beforeEach(() => {
  waits = 0;
});

const request = (key: string, body = '{}') => ({
  tenant,
  header: key,
  method: 'POST',
  path: '/shipments',
  body: Buffer.from(body),
});

describe('a write with an Idempotency-Key', () => {
  it('is rejected when the key is malformed', async () => {
    for (const key of ['', ' ', 'a b', 'x'.repeat(256), 'ü']) {
      await expect(idempotency.run(request(key), async () => ({ status: 200 }))).rejects.toThrow(
        /Idempotency-Key/,
      );
    }
  });

  it('gets the first answer again, and is executed once', async () => {
    const sent = { carrier, tracking_number: 'idem-1', metadata: { a: 1 } };
    const headers = { 'idempotency-key': 'key-1' };
    const first = await call('POST', '/shipments', sent, headers);
    expect(first.status).toBe(201);
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    const again = await call('POST', '/shipments', sent, headers);
    expect(again.status).toBe(201);
    expect(again.text).toBe(first.text);
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  });

  it('conflicts with another body, path or method under the same key', async () => {
    const headers = { 'idempotency-key': 'key-2' };
    await call('POST', '/shipments', { carrier, tracking_number: 'idem-2' }, headers);
    for (const [method, path, body] of [
      ['POST', '/shipments', { carrier, tracking_number: 'idem-3' }],
      ['POST', '/shipments/batch', { shipments: [{ carrier, tracking_number: 'idem-2' }] }],
      ['DELETE', `/shipments/${crypto.randomUUID()}`, undefined],
    ] as const) {
      const answer = await call(method, path, body, headers);
      expect(answer.status).toBe(409);
      expect(answer.body['type']).toBe('/docs/errors#idempotency_conflict');
    }
  });

  it('conflicts with another query: a dry run is not the answer to the import after it', async () => {
    const headers = { 'content-type': 'text/csv', 'idempotency-key': 'key-dry' };
    const csv = `carrier,tracking_number\n${carrier},idem-6\n`;
    const dry = await call('POST', '/shipments/import?dry_run=true', csv, headers);
    expect(dry.status).toBe(202);
    const real = await call('POST', '/shipments/import', csv, headers);
    expect([real.status, real.body['type']]).toEqual([409, '/docs/errors#idempotency_conflict']);
    const again = await call('POST', '/shipments/import?dry_run=true', csv, headers);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  });

  it('is not replayed to a key that lacks the scope, nor to a revoked one', async () => {
    const headers = { 'idempotency-key': 'key-scope' };
    const sent = { name: 'server', scopes: ['shipments:read'] };
    const made = await call('POST', '/api-keys', sent, headers);
    expect(made.status).toBe(201);
    const weak = callerOf(hub, (await hub.newKey({ scopes: ['shipments:write'] })).text);
    const refused = await weak('POST', '/api-keys', sent, headers);
    expect([refused.status, /wb_test_[\w-]{32}/.test(refused.text)]).toEqual([403, false]);
    const second = await hub.newKey();
    await call('DELETE', `/api-keys/${second.key.id}`);
    const revoked = await callerOf(hub, second.text)('POST', '/api-keys', sent, headers);
    expect([revoked.status, /wb_test_[\w-]{32}/.test(revoked.text)]).toEqual([401, false]);
  });

  it('sent many times at once is executed once, separately for each merchant and mode', async () => {
    const headers = { 'idempotency-key': 'key-many' };
    const sent = { carrier, tracking_number: 'idem-5' };
    const keys = [
      await hub.newKey(),
      await hub.newKey({ merchant: 'many' }),
      await hub.newKey({ mode: 'live' }),
    ];
    const answers = await Promise.all(
      keys.flatMap(({ text }) =>
        [1, 2, 3].map(async () => callerOf(hub, text)('POST', '/shipments', sent, headers)),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    const ids = answers.map(({ body }) => body['id']);
    expect(new Set(ids).size).toBe(3);
    for (const [at, { headers: answered }] of answers.entries()) {
      expect(ids[at]).toBe(ids[at - (at % 3)]);
      expect(answered.get('location')).toContain(String(ids[at]));
    }
  });

  it('is separate for another merchant and the other mode, which may use the same key', async () => {
    const headers = { 'idempotency-key': 'key-3' };
    const sent = { carrier, tracking_number: 'idem-4' };
    const first = await call('POST', '/shipments', sent, headers);
    for (const other of [{ merchant: 'other' }, { mode: 'live' as const }]) {
      const answer = await callerOf(hub, (await hub.newKey(other)).text)(
        'POST',
        '/shipments',
        sent,
        headers,
      );
      expect(answer.status).toBe(201);
      expect(answer.body['id']).not.toBe(first.body['id']);
    }
  });

  it('replays an answer without a body, and deletes once', async () => {
    const made = await call('POST', '/shipments', { carrier, tracking_number: 'idem-204' });
    const path = `/shipments/${made.body['id']}`;
    const headers = { 'idempotency-key': 'key-204' };
    expect((await call('DELETE', path, undefined, headers)).status).toBe(204);
    const again = await call('DELETE', path, undefined, headers);
    expect([again.status, again.text]).toEqual([204, '']);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect((await call('DELETE', path)).status).toBe(404);
  });

  it('may be retried after a rejection', async () => {
    const headers = { 'idempotency-key': 'key-4' };
    const id = crypto.randomUUID();
    expect((await call('DELETE', `/shipments/${id}`, undefined, headers)).status).toBe(404);
    expect((await call('DELETE', `/shipments/${id}`, undefined, headers)).status).toBe(404);
  });

  it('waits for the first while that is in progress, and gets its answer', async () => {
    let finish: (answer: Answer) => void = () => {};
    let works = 0;
    const work = () => {
      works += 1;
      return new Promise<Answer>((resolve) => {
        finish = resolve;
      });
    };
    const first = idempotency.run(request('key-5'), work);
    while (works === 0) await new Promise((resolve) => setImmediate(resolve));
    const second = idempotency.run(request('key-5'), work);
    while (waits === 0) await new Promise((resolve) => setImmediate(resolve));
    finish({ status: 201, body: { n: 1 } });
    expect(await first).toEqual({ status: 201, body: { n: 1 } });
    expect(await second).toEqual({
      status: 201,
      body: { n: 1 },
      headers: { 'idempotent-replayed': 'true' },
    });
    expect(works).toBe(1);
  });

  it('replays bytes as they were', async () => {
    const bytes = Buffer.from('{"weight":1.0,"name":"Zoë"}');
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    const ask = () =>
      idempotency.run(request('key-bytes'), async () => ({ status: 200, bytes, headers }));
    await ask();
    expect(await ask()).toEqual({
      status: 200,
      bytes,
      headers: { ...headers, 'idempotent-replayed': 'true' },
    });
  });

  it('stores the ids of the answer, in any form, and those that it says it is about', async () => {
    const [one, two, three, four, five] = Array.from({ length: 5 }, () => crypto.randomUUID());
    const hex = (uuid = '') => uuid.replaceAll('-', '');
    const body = {
      id: 'order-1001',
      data: [{ id: one?.toUpperCase() }, { id: hex(two) }, { id: `trk_${hex(three)}` }],
      shipment_id: four,
      digest: { id: `${hex(one)}0` },
    };
    const subjects = [String(five)];
    await idempotency.run(request('key-ids'), async () => ({ status: 200, body, subjects }));
    const { rows } = await hub.db.pipeline.query<{ ids: string[] }>(
      `select subject_ids as ids from idempotency_keys where key = 'key-ids'`,
    );
    expect(rows.map(({ ids }) => ids)).toEqual([[one, two, three, four, five]]);
  });

  it('stops waiting after a while with 409, and is never executed twice', async () => {
    let works = 0;
    const never = () => {
      works += 1;
      return new Promise<Answer>(() => {});
    };
    void idempotency.run(request('key-6'), never);
    while (works === 0) await new Promise((resolve) => setImmediate(resolve));
    await expect(idempotency.run(request('key-6'), never)).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(works).toBe(1);
    // A process that died leaves its claim behind; after a while the same request may take it over.
    hub.clock.advance(121_000);
    await expect(
      idempotency.run(request('key-6', '{"other":1}'), async () => ({ status: 200 })),
    ).rejects.toMatchObject({ code: 'idempotency_conflict' });
    expect(await idempotency.run(request('key-6'), async () => ({ status: 200 }))).toEqual({
      status: 200,
    });
  });

  it('passes on a rejection and stores nothing', async () => {
    const refuse = async () => {
      throw new Problem('not_found', { 'values.verbatim': { text: 'no' } });
    };
    await expect(idempotency.run(request('key-7'), refuse)).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await idempotency.run(request('key-7'), async () => ({ status: 204 }))).toEqual({
      status: 204,
    });
  });

  it('is forgotten after a day', async () => {
    await idempotency.run(request('key-8'), async () => ({ status: 200, body: 1 }));
    hub.clock.advance(IDEMPOTENCY_RETENTION_MS + 1);
    expect(await idempotency.run(request('key-8'), async () => ({ status: 200, body: 2 }))).toEqual(
      { status: 200, body: 2 },
    );
    hub.clock.advance(IDEMPOTENCY_RETENTION_MS + 1);
    const before = hub.clock.nowMs() - IDEMPOTENCY_RETENTION_MS;
    expect(await dropExpiredIdempotencyKeys(hub.db.pipeline, before, 1_000)).toBeGreaterThan(0);
    expect(await dropExpiredIdempotencyKeys(hub.db.pipeline, before, 1_000)).toBe(0);
  });

  it('stores the answer sealed: a new key’s secret is nowhere in the table', async () => {
    const answer = await call(
      'POST',
      '/api-keys',
      { name: 'sealed' },
      { 'idempotency-key': 'key-9' },
    );
    expect(answer.status).toBe(201);
    const { rows } = await hub.db.pipeline.query(
      'select response::text as text from idempotency_keys',
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(String(answer.body['key']).slice(8));
    const replayed = await call(
      'POST',
      '/api-keys',
      { name: 'sealed' },
      { 'idempotency-key': 'key-9' },
    );
    expect(replayed.body['key']).toBe(answer.body['key']);
  });
});

describe('work under a name of the hub’s own', () => {
  const answer = (nr: number): Answer => ({ status: 202, body: { nr } });

  it('is done by one of many concurrent callers, and repeated only if the caller says so', async () => {
    let done = 0;
    const work = async () => {
      done += 1;
      await new Promise((resolve) => setImmediate(resolve));
      return answer(done);
    };
    const never = (earlier: unknown) => {
      throw new Problem('conflict', {
        'values.verbatim': { text: `earlier: ${JSON.stringify(earlier)}` },
      });
    };
    const ask = () => idempotency.once(tenant, 'a work', work, never);
    const all = await Promise.allSettled(Array.from({ length: 5 }, ask));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(done).toBe(1);
    await expect(ask()).rejects.toMatchObject({
      detail: { 'values.verbatim': { text: 'earlier: {"nr":1}' } },
    });
    expect(await idempotency.once(tenant, 'a work', work, () => {})).toEqual(answer(2));
    await expect(ask()).rejects.toMatchObject({
      detail: { 'values.verbatim': { text: 'earlier: {"nr":2}' } },
    });
    hub.clock.advance(IDEMPOTENCY_RETENTION_MS + 1);
    expect(await ask()).toEqual(answer(3));
  });

  it('that is rejected may be requested again, and earlier results stay known', async () => {
    const refused = async () => {
      throw new Problem('conflict', { 'values.verbatim': { text: 'refused' } });
    };
    const ask = (work: () => Promise<Answer>) =>
      idempotency.once(tenant, 'another work', work, () => {});
    await expect(ask(refused)).rejects.toThrow('refused');
    expect(await ask(async () => answer(1))).toEqual(answer(1));
    await expect(ask(refused)).rejects.toThrow('refused');
    const earlier: unknown[] = [];
    await idempotency.once(
      tenant,
      'another work',
      async () => answer(2),
      (result) => {
        earlier.push(result);
      },
    );
    expect(earlier).toEqual([{ nr: 1 }]);
  });
});
