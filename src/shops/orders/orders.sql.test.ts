import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Tenant } from '../../kernel/tenant.ts';
import { type Database, openDatabase } from '../../platform/database/database.ts';
import { createTestDatabase, type TestDatabase } from '../../platform/test-postgres.ts';
import {
  claimOrders,
  ensureOrder,
  insertParcel,
  knownOrder,
  leftOutOf,
  requestReads,
  storeOrderRow,
} from './orders.sql.ts';

const SHOP = '00000000-0000-4000-8000-000000000001';
const TENANT: Tenant = { merchantId: '00000000-0000-4000-8000-000000000002', mode: 'live' };
const NOW_MS = Date.UTC(2026, 2, 10);

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase({ url: database.url });
  await db.owner.query(
    `insert into shops (id, merchant_id, mode, platform, url, state, sealed, settings, imports_from,
       created_at) values ($1, $2, $3, 'generic', 'https://shop.example', 'connected', '', '{}',
       now(), now())`,
    [SHOP, TENANT.merchantId, TENANT.mode],
  );
});
afterAll(async () => {
  await db.end();
  await database.drop();
});

it('stores no reading that began before the last change was reported', async () => {
  const key = { shopId: SHOP, orderId: '1' };
  const request = () => requestReads(db.pipeline, { id: SHOP, ...TENANT }, ['1'], NOW_MS);
  const claim = async () => {
    const times = { nowMs: NOW_MS, untilMs: NOW_MS + 1, limit: 1 };
    return (await claimOrders(db.pipeline, times))[0]?.readToken ?? -1;
  };
  const store = (readToken: number, state: 'open' | 'cancelled') =>
    storeOrderRow(
      db.pipeline,
      {
        ...{ ...key, state, readToken, waits: false, remove: [], restore: [] },
        ...{ digest: Buffer.of(1), content: null, dataKey: null, orderedAtMs: NOW_MS },
      },
      NOW_MS,
    );
  await request();
  const slow = await claim();
  await request();
  await store(await claim(), 'cancelled');
  await store(slow, 'open');
  expect((await knownOrder(db.pipeline, key))?.state).toBe('cancelled');
});

it('counts of what was left out the first hundred members of a day', async () => {
  const part = { field: 'recipient.phone', reason: 'values.unusable', fix: 'shops.expectOnePhone' };
  const left = async (orderId: string, atMs: number) => {
    const key = { shopId: SHOP, orderId };
    await ensureOrder(db.pipeline, key, TENANT, atMs);
    const parcel = { shipmentId: null, problem: null, linkedSequence: 0, hash: 'aa' };
    const leftOut = JSON.stringify([part]);
    await insertParcel(
      db.pipeline,
      { ...key, ...TENANT, ...parcel, leftOut, waitsFor: null },
      atMs,
    );
  };
  for (let at = 0; at < 103; at += 1) await left(`left-${at}`, NOW_MS + at);
  await left('left-next', NOW_MS + 86_400_000);
  expect(await leftOutOf(db.pipeline, SHOP, NOW_MS)).toMatchObject([
    { part, orders: 101, lastOrderId: 'left-next' },
  ]);
});
