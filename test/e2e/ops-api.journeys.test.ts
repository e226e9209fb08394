import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../src/http/testing/test-client.ts';
import { createTestHub, type TestHub } from '../../src/http/testing/test-hub.ts';
import { OPERATIONS } from '../../src/http/testing/test-operations.ts';
import { createOperatorKey } from '../../src/merchants/index.ts';
import { systemRandom } from '../../src/platform/clock.ts';
import { parcelNumber } from '../support/fedex-push.ts';
import { BROKEN, PERSONAL, personalPush, push, UNKNOWN } from '../support/hubs/ops-hub.ts';

/** The operators' API over HTTP, on a hub that received real signed pushes. */
let hub: TestHub;
let ops: Caller;
let readOnly: Caller;
let merchant: Caller;
beforeAll(async () => {
  hub = await createTestHub();
  const deps = { db: hub.db, clock: hub.clock, randomBytes: systemRandom };
  const write = await createOperatorKey(deps, { name: 'o', scopes: ['ops:read', 'ops:write'] });
  const read = await createOperatorKey(deps, { name: 'l', scopes: ['ops:read'] });
  ops = callerOf(hub, write.text);
  readOnly = callerOf(hub, read.text);
  merchant = callerOf(hub, (await hub.newKey()).text);
});
afterAll(() => hub.close());

async function register(number: string): Promise<string> {
  const made = await merchant('POST', '/v1/shipments', {
    carrier: 'fedex',
    tracking_number: number,
  });
  expect(made.status).toBe(201);
  return String(made.body['id']);
}

interface Listed {
  readonly data: readonly Record<string, unknown>[];
  readonly next_cursor: string | null;
}

const listOf = async (call: Caller, path: string): Promise<Listed> => {
  const { status, body } = await call('GET', path);
  expect([path, status]).toEqual([path, 200]);
  const { data, next_cursor } = Object(body);
  return { data, next_cursor };
};

const noneOf = (text: string) => PERSONAL.filter((marker) => text.includes(marker));

describe('who may', () => {
  it('a merchant’s key, even with admin, is refused everywhere with what to do', async () => {
    const paths = OPERATIONS.filter(({ scope }) => scope?.startsWith('ops:'));
    expect(paths.length).toBeGreaterThan(15);
    for (const { method, path } of paths) {
      const target = path.replace(':carrier', 'fedex').replaceAll(/:[a-z_]+/g, hub.newKey.name);
      const answer = await merchant(method, `/v1${target}`, method === 'GET' ? undefined : {});
      expect([method, path, answer.status]).toEqual([method, path, 403]);
      expect(JSON.stringify(answer.body['errors'])).toContain('waybill keys create --ops');
    }
  });

  it('a viewer’s key changes nothing and reads nothing raw', async () => {
    expect((await readOnly('GET', '/v1/ops')).status).toBe(200);
    expect((await readOnly('POST', '/v1/ops/dead-letters/replay', { all: true })).status).toBe(403);
    await push(hub, '"no track answer"');
    await hub.settled();
    const [letter] = (await listOf(readOnly, '/v1/ops/dead-letters')).data;
    const path = `/v1/ops/dead-letters/${letter?.['id']}`;
    expect((await readOnly('GET', path)).status).toBe(200);
    expect((await readOnly('GET', `${path}?raw=true`)).status).toBe(403);
    expect((await ops('POST', `${path}/dismiss`, {})).status).toBe(200);
  });

  it('an operator’s key sees no merchant’s API', async () => {
    for (const path of ['/v1/shipments', '/v1/api-keys', '/v1/carrier-accounts']) {
      expect((await ops('GET', path)).status).toBe(403);
    }
  });

  it('no key of a merchant can be made with a scope of operators', async () => {
    const wanted = { name: 'k', scopes: ['ops:read'] };
    expect((await merchant('POST', '/v1/api-keys', wanted)).status).toBe(422);
    expect((await merchant('GET', '/v1/api-keys')).text).not.toContain('ops:');
  });
});

describe('dead letters', () => {
  it('are listed in pages without their owners, raw with a record of it, replayed and dismissed', async () => {
    for (let i = 0; i < 3; i += 1) await push(hub, `${BROKEN}${' '.repeat(i)}`);
    await hub.settled();
    const first = await listOf(ops, '/v1/ops/dead-letters?limit=2&carrier=fedex');
    expect(first.data).toHaveLength(2);
    const second = await listOf(
      ops,
      `/v1/ops/dead-letters?limit=2&carrier=fedex&cursor=${first.next_cursor}`,
    );
    expect([second.data.length, second.next_cursor]).toEqual([1, null]);

    const id = String(first.data[0]?.['id']);
    const shown = await ops('GET', `/v1/ops/dead-letters/${id}`);
    expect(noneOf(shown.text)).toEqual([]);
    expect(shown.text).toContain('eventType');
    expect(JSON.stringify(shown.body['content'])).toContain('ZZ');
    const raw = await ops('GET', `/v1/ops/dead-letters/${id}?raw=true`);
    expect(raw.text).toContain(PERSONAL[1]);
    expect(hub.log()).toMatch(
      new RegExp(`read a dead letter raw.*${id}|${id}.*read a dead letter raw`),
    );

    expect((await ops('POST', `/v1/ops/dead-letters/${id}/replay`)).status).toBe(202);
    await hub.settled();
    const dismissed = await ops('POST', `/v1/ops/dead-letters/${id}/dismiss`, { note: 'a test' });
    expect(dismissed.body['dismissed']).toMatchObject({ note: 'a test' });
    const left = await listOf(ops, '/v1/ops/dead-letters');
    expect(left.data.map((each) => each['id'])).not.toContain(id);
    const bulk = await ops('POST', '/v1/ops/dead-letters/replay', { carrier: 'fedex' });
    expect(bulk.body).toMatchObject({ replayed: 2, more: false });
    await hub.settled();
    expect((await listOf(ops, '/v1/ops/dead-letters')).data).toHaveLength(2);
  });
});

describe('an unknown code', () => {
  it('is queued once for all its parcels, with a redacted example and a guess with its reason', async () => {
    for (let n = 0; n < 4; n += 1) {
      await register(parcelNumber(n));
      await push(hub, personalPush(parcelNumber(n), UNKNOWN));
    }
    await hub.settled();
    const { data } = await listOf(ops, '/v1/ops/review?carrier=fedex');
    expect(data).toHaveLength(1);
    const [entry] = data;
    expect(entry).toMatchObject({ seen: 4, parcels_touched: 4, state: 'open' });
    expect(entry?.['guess']).toMatchObject({
      status: 'delivery_attempted',
      reason: 'recipient_unavailable',
    });
    const { example } = entry as { example: { text: string; event: { eventType: string } } };
    expect(example.event.eventType).toBe('QQ');
    expect(example.text).toContain('customer not available');
    expect(noneOf(JSON.stringify(data))).toEqual([]);
  });

  it('becomes a rule by one action, and the parcels with it are read again', async () => {
    const { data } = await listOf(ops, '/v1/ops/review');
    const id = String(data[0]?.['id']);
    const parcels = data[0]?.['parcels'] ?? [];
    const [parcel] = parcels as { shipment_id: string; status: string }[];
    expect(parcel?.status).toBe('out_for_delivery');
    const resolved = await ops('POST', `/v1/ops/review/${id}/resolve`, {
      status: 'delivery_attempted',
      reason: 'recipient_unavailable',
    });
    expect([resolved.status, resolved.text]).toEqual([200, resolved.text]);
    expect(resolved.body['rule']).toMatchObject({ status: 'delivery_attempted' });
    await hub.runJobs();
    const job = resolved.body['job'] as { id: string };
    const { body } = await ops('GET', `/v1/ops/mapping-jobs/${job.id}`);
    expect(body).toMatchObject({ state: 'done', shipments_changed: 4 });
    const shipment = await merchant('GET', `/v1/shipments/${parcel?.shipment_id}`);
    expect(shipment.body).toMatchObject({
      status: 'delivery_attempted',
      sub_status: 'recipient_unavailable',
    });
    expect((await listOf(ops, '/v1/ops/review')).data).toEqual([]);
    const overlay = await ops('GET', '/v1/ops/mappings/fedex/overlay');
    expect(String(overlay.body['text'])).toContain('QQ');
    const again = await ops('POST', `/v1/ops/review/${id}/resolve`, { status: 'in_transit' });
    expect(again.status).toBe(409);
  });

  it('is dismissed, and shows it', async () => {
    const number = parcelNumber(9);
    await register(number);
    await push(hub, personalPush(number, [{ code: 'QX', date: '2026-03-09T08:00:00-06:00' }]));
    await hub.settled();
    const [entry] = (await listOf(ops, '/v1/ops/review')).data;
    const path = `/v1/ops/review/${entry?.['id']}`;
    expect((await ops('POST', `${path}/dismiss`, { note: 'theirs' })).status).toBe(204);
    expect((await listOf(ops, '/v1/ops/review')).data).toEqual([]);
    expect((await ops('GET', path)).body).toMatchObject({ state: 'dismissed' });
    expect((await listOf(ops, '/v1/ops/review?state=dismissed')).data).toHaveLength(1);
  });

  it('is refused with a rule that fits no combination of the carrier’s codes', async () => {
    const [entry] = (await listOf(ops, '/v1/ops/review?state=dismissed')).data;
    const answer = await ops('POST', `/v1/ops/review/${entry?.['id']}/resolve`, {
      status: 'in_transit',
      match: { event: 'OTHER' },
    });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('/match');
  });
});

describe('mappings', () => {
  it('are listed with coverage of documented and of observed codes', async () => {
    const { data } = await listOf(ops, '/v1/ops/mappings');
    expect(data.map((each) => each['carrier'])).toContain('fedex');
    const coverage = await listOf(ops, '/v1/ops/mappings/coverage');
    const fedex = coverage.data.find((each) => each['carrier'] === 'fedex');
    expect(fedex?.['seen']).toMatchObject({ sampled: false });
    expect(Object(fedex?.['seen']).facts).toBeGreaterThan(10);
  });

  it('are checked with line and fix, and a broken overlay changes nothing', async () => {
    const yaml = 'carrier: fedex\nrules:\n  - { match: { event: "ZZ" }, status: arrived }\n';
    const checked = await ops('POST', '/v1/ops/mappings/fedex/check', { yaml });
    expect(checked.body).toMatchObject({ ok: false });
    expect(JSON.stringify(checked.body['problems'])).toContain('"line":3');
    const put = await ops('PUT', '/v1/ops/mappings/fedex/overlay', { text: yaml });
    expect(put.status).toBe(422);
    expect(put.text).toContain('arrived');
  });

  it('are switched by compare-and-set, compared, and rolled back', async () => {
    const before = (await listOf(ops, '/v1/ops/mappings')).data.find(
      (each) => each['carrier'] === 'fedex',
    );
    const removed = await ops('DELETE', '/v1/ops/mappings/fedex/overlay');
    expect(removed.status).toBe(200);
    const stale = await ops('POST', '/v1/ops/mappings/fedex/apply', {
      version: String(before?.['version']),
      expected_generation: Number(before?.['generation']),
    });
    expect([stale.status, stale.body['generation']]).toEqual([
      409,
      Number(before?.['generation']) + 1,
    ]);
    const back = await ops('POST', '/v1/ops/mappings/fedex/rollback', {});
    expect(back.body).toMatchObject({ version: before?.['version'], rolled_back: true });
    const diff = await ops('POST', '/v1/ops/mappings/fedex/diff', { from: 'active', to: 'files' });
    expect(diff.status).toBe(202);
    await hub.runJobs();
    const job = await ops('GET', `/v1/ops/mapping-jobs/${diff.body['id']}`);
    expect(job.body).toMatchObject({ state: 'done', kind: 'diff' });
    expect((job.body['by_status'] as unknown[]).length).toBeGreaterThan(0);
    const { data } = await listOf(ops, '/v1/ops/mappings/fedex/versions');
    expect(data.filter((each) => each['is_active'])).toHaveLength(1);
    expect((await ops('POST', `/v1/ops/mapping-jobs/${diff.body['id']}/cancel`)).status).toBe(409);
  });

  it('the first version cannot be rolled back, with the reason', async () => {
    const back = await ops('POST', '/v1/ops/mappings/usps/rollback', {});
    expect(back.status).toBe(409);
    expect(back.body['detail']).toMatch(/no previously active version/);
  });

  it('a merchant’s own overlay reads its parcels and nobody else’s', async () => {
    const other = callerOf(hub, (await hub.newKey({ merchant: 'other' })).text);
    const text = 'carrier: fedex\nrules:\n  - { match: { event: "QX" }, status: exception }\n';
    const put = await merchant('PUT', '/v1/mapping-overlays/fedex', { text });
    expect(put.status).toBe(200);
    expect((await other('GET', '/v1/mapping-overlays/fedex')).status).toBe(404);
    expect((await merchant('GET', '/v1/mapping-overlays/fedex')).body['text']).toBe(text);
    expect((await merchant('DELETE', '/v1/mapping-overlays/fedex')).status).toBe(200);
    expect((await merchant('GET', '/v1/mapping-overlays/fedex')).status).toBe(404);
    const reads = callerOf(hub, (await hub.newKey({ scopes: ['accounts:read'] })).text);
    expect((await reads('GET', '/v1/mapping-overlays/fedex')).status).toBe(403);
  });
});
