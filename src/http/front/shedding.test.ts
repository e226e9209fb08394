import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  fedexPush,
  minuteScan,
  parcelNumber,
  pushHeaders,
} from '../../../test/support/fedex-push.ts';
import { PARTITIONS } from '../../intake/index.ts';
import { withConnection } from '../../platform/database/pool.ts';
import { createTestHub, TEST_WEBHOOK_SECRET, type TestHub } from '../testing/test-hub.ts';

const COUNT_MAX = 30;
/** The inbox worker's: whoever holds a lane's lock keeps it from being read. */
const LANE_LOCK_CLASS = 0x5742_0002;

let hub: TestHub;
beforeAll(async () => {
  hub = await createTestHub({ backlog: { waitMsMax: 15_000, countMax: COUNT_MAX } });
});
afterAll(() => hub.close());

async function push(n: number): Promise<Response> {
  const body = fedexPush({ number: parcelNumber(n), scans: [minuteScan(n)] });
  const headers = pushHeaders(body, TEST_WEBHOOK_SECRET);
  return fetch(`${hub.url}/webhooks/carrier/fedex`, { method: 'POST', headers, body });
}

test('pushes beyond the backlog’s bound are answered 503 with a time to come again, until it is read', async () => {
  let acknowledged = 0;
  await withConnection(hub.db.pipeline, async (client) => {
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      await client.query('select pg_advisory_lock($1::int, $2::int)', [LANE_LOCK_CLASS, partition]);
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
    // Nothing else is sent away.
    const key = await hub.newKey();
    const headers = { authorization: `Bearer ${key.text}` };
    expect((await fetch(`${hub.url}/v1/shipments`, { headers })).status).toBe(200);
    await client.query('select pg_advisory_unlock_all()');
  });
  await hub.settled();
  await hub.backlog?.look();
  expect((await push(1_000)).status).toBe(200);
  await hub.settled();
  const { rows } = await hub.db.pipeline.query<{ fate: string; n: string }>(
    'select fate, count(*) as n from receipts group by fate',
  );
  expect(rows).toEqual([{ fate: 'processed', n: String(acknowledged + 1) }]);
});
