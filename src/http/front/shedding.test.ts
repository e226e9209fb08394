import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  fedexPush,
  minuteScan,
  parcelNumber,
  pushHeaders,
} from '../../../test/support/fedex-push.ts';
import { PARTITIONS } from '../../intake/index.ts';
import { withConnection } from '../../platform/database/pool.ts';
import type { Shed } from '../../platform/load/load-policy.ts';
import { openTestDesk } from '../console/kit/test-desk.ts';
import { createTestHub, TEST_WEBHOOK_SECRET, type TestHub } from '../testing/test-hub.ts';
import { OPERATIONS } from '../testing/test-operations.ts';

const COUNT_MAX = 30;
/** The inbox worker's lock class: holding a partition's lock keeps it from being processed. */
const PARTITION_LOCK_CLASS = 0x5742_0002;

let hub: TestHub;
/** The current overloads. */
const shed = new Set<Shed>();
beforeAll(async () => {
  hub = await createTestHub({
    backlog: { waitMsMax: 15_000, countMax: COUNT_MAX },
    load: { sheds: (kind) => shed.has(kind) },
  });
});
afterEach(() => shed.clear());
afterAll(() => hub.close());

async function push(n: number): Promise<Response> {
  const body = fedexPush({ number: parcelNumber(n), scans: [minuteScan(n)] });
  const headers = pushHeaders(body, TEST_WEBHOOK_SECRET);
  return fetch(`${hub.url}/webhooks/carrier/fedex`, { method: 'POST', headers, body });
}

test('pushes beyond the backlog’s limit are answered 503 with Retry-After until it is processed', async () => {
  let acknowledged = 0;
  await withConnection(hub.db.pipeline, async (client) => {
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      await client.query('select pg_advisory_lock($1::int, $2::int)', [
        PARTITION_LOCK_CLASS,
        partition,
      ]);
    }
    let refused: Response | null = null;
    for (let n = 0; n < COUNT_MAX * 2 && refused === null; n += 1) {
      const answer = await push(n);
      if (answer.status === 200) acknowledged += 1;
      else refused = answer;
    }
    expect(acknowledged).toBeGreaterThanOrEqual(COUNT_MAX - 1);
    expect(acknowledged).toBeLessThanOrEqual(COUNT_MAX + 1);
    expect(refused?.status).toBe(503);
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(await refused?.json()).toMatchObject({ type: '/docs/errors#overloaded' });
    // Nothing else is refused.
    const key = await hub.newKey();
    const headers = { authorization: `Bearer ${key.text}` };
    expect((await fetch(`${hub.url}/v1/shipments`, { headers })).status).toBe(200);
    await client.query('select pg_advisory_unlock_all()');
  });
  await hub.settled();
  await hub.backlog?.check();
  expect((await push(1_000)).status).toBe(200);
  await hub.settled();
  const { rows } = await hub.db.pipeline.query(
    `select count(*)::int as all, count(m.fate)::int as dead, count(w.partition)::int as waiting
     from inbound_messages m left join waiting_inbound_messages w on w.inbound_message_id = m.id`,
  );
  expect(rows).toEqual([{ all: acknowledged + 1, dead: 0, waiting: 0 }]);
});

describe('while merchants’ reads are shed', () => {
  async function ask(path: string, init: RequestInit = {}): Promise<Response> {
    const { text } = await hub.newKey();
    const headers = { authorization: `Bearer ${text}`, 'content-type': 'application/json' };
    return fetch(`${hub.url}/v1${path}`, { ...init, headers });
  }

  test.each([
    '/shipments',
    '/shipments?status=delivered',
    '/exceptions',
    '/exceptions/stats',
    '/claims',
    '/notifications',
    '/facilities',
    '/scanners',
    '/edd/accuracy',
  ])('GET %s is answered 503, with the reason and Retry-After', async (path) => {
    for (const kind of ['learning', 'polls'] as const) shed.add(kind);
    expect((await ask(path)).status).not.toBe(503);
    shed.add('reads');
    const answer = await ask(path);
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(await answer.json()).toMatchObject({
      type: '/docs/errors#overloaded',
      detail: expect.stringContaining('Lists and analytics wait'),
      fix: expect.stringContaining('tracking'),
    });
  });

  test('a parcel can still be registered, looked up, found by its number and tracked', async () => {
    shed.add('reads');
    const body = JSON.stringify({ tracking_number: parcelNumber(7), carrier: 'fedex' });
    const created = await ask('/shipments', { method: 'POST', body });
    expect(created.status).toBe(201);
    const { id } = (await created.json()) as { id: string };
    for (const path of [
      `/shipments/${id}`,
      `/shipments/${id}/explain`,
      `/shipments?tracking_number=${parcelNumber(7)}`,
      '/shipments?order_id=1001',
      '/events',
    ]) {
      expect([path, (await ask(path)).status]).toEqual([path, 200]);
    }
    expect((await push(7)).status).toBe(200);
  });
});

test('the desk answers shed pages with an explanation and Retry-After', async () => {
  const desk = await openTestDesk(hub, hub.members);
  expect((await desk.visit('/console/analytics', desk.owner)).status).toBe(200);
  shed.add('reads');
  for (const path of ['/console/analytics', '/console/export']) {
    const { status, headers, text } = await desk.visit(path, desk.owner);
    expect([path, status, headers.get('content-type')]).toEqual([
      path,
      503,
      expect.stringContaining('text/html'),
    ]);
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(text).toContain('too much to do');
  }
  expect((await desk.visit('/console/shipments', desk.owner)).status).toBe(200);
});

test('only heavy reads are ever refused: no writes, and nothing public', () => {
  const sheddable = OPERATIONS.filter(({ shed }) => shed !== undefined);
  expect(sheddable.length).toBeGreaterThan(8);
  for (const { id, method, scope } of sheddable) {
    expect([id, method, scope === undefined]).toEqual([id, 'GET', false]);
  }
});
