import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import {
  createInbox,
  createMerchantFolders,
  type DropRunner,
  dropOldDrops,
  startDrops,
} from '../../../intake/index.ts';
import { openFolderStore } from '../../../platform/objects/folder-store.ts';
import { createLog } from '../../../platform/observability/log.ts';
import { createOrderFiles } from '../../orders/order-files.ts';
import type { ShopWork } from '../../start-shops.ts';
import { startTestShops, type TestShops } from '../../test-shops.ts';
import { sandbox as woocommerce } from '../woocommerce/sandbox/sandbox.ts';

/** Files of orders, from the merchant's folder to shipments. */
let shops: TestShops;
let work: ShopWork;
let call: Caller;
let folder: string;
let shopId: string;
const runners: DropRunner[] = [];

beforeEach(async () => {
  shops = await startTestShops(woocommerce);
  work = shops.startWork();
  call = callerOf(shops.hub, shops.key);
  folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-order-drops-'));
  const url = 'https://shop.example/hooks';
  const answer = await call('POST', '/v1/shops', { platform: 'generic', url });
  shopId = String(answer.body['id']);
});
afterEach(async () => {
  for (const runner of runners.splice(0)) await runner.stop();
  await shops.close();
  rmSync(folder, { recursive: true });
});

/** Starts what another process would start. `fails` fails once. */
function start(fails: 'nothing' | 'storing' | 'moving' = 'nothing'): DropRunner {
  const { db, clock, tracking } = shops.hub;
  const { sealer, randomBytes } = tracking;
  const store = openFolderStore({ folder, shared: true });
  const inbox = createInbox({ db, sealer, clock, randomBytes });
  const die = () => {
    throw new Error('killed');
  };
  if (fails === 'storing') inbox.storeWithin = die;
  if (fails === 'moving') store.move = die;
  const runner = startDrops(
    {
      ...{ db, clock, sealer, randomBytes, inbox },
      merchants: createMerchantFolders(db.pipeline, clock),
      orders: createOrderFiles(shops.hub.shops),
      intake: { prepare: die },
      wait: async () => {},
      isPressed: async () => false,
      count() {},
      log: createLog({ level: 'silent' }),
    },
    { store, checkEveryMs: 3_600_000, filesGrow: true },
  );
  runners.push(runner);
  return runner;
}

const at = (name: string) => path.join(folder, 'berlin', 'live', name);

function drop(name: string, rows: readonly string[], inShop = shopId): void {
  const file = at(`shops/${inShop}/${name}`);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `id;number;ordered_at;tracking_number;carrier\n${rows.join('\n')}\n`);
}

async function settle(runner: DropRunner): Promise<void> {
  await runner.idle();
  shops.advance(2_000);
  await runner.idle();
  await work.idle();
}

const row = (nr: number) =>
  `A-1;2001;${new Date(shops.hub.clock.nowMs()).toISOString()};JD01460000000000${nr};dhl`;

async function numbers(): Promise<unknown[]> {
  const { body } = await call('GET', '/v1/shipments');
  const found = body['data'] as { tracking_number: string; order_ids: string[] }[];
  return found.map((each) => [each.tracking_number, ...each.order_ids]).sort();
}
const drops = async () =>
  (await call('GET', '/v1/drops')).body['data'] as Readonly<Record<string, unknown>>[];
const wanted = (nr: number) => [`JD01460000000000${nr}`, '2001'];

it('registers the parcels of a dropped file once, although it is dropped twice, and follows edits', async () => {
  const runner = start();
  const rows = [row(1), row(2), ';;soon;JD014600000000009;dhl'];
  drop('orders.csv', rows);
  await settle(runner);
  expect(await numbers()).toEqual([wanted(1), wanted(2)]);
  expect(await drops()).toMatchObject([
    { name: `shops/${shopId}/orders.csv`, state: 'done', rows: 3, accepted: 2, rejected: 1 },
  ]);
  const [filed, rejected = ''] = readdirSync(at(`done/shops/${shopId}`)).sort();
  expect(filed).toBe('orders.csv');
  expect(readFileSync(at(`done/shops/${shopId}/${rejected}`), 'utf8')).toContain('4;id: ');
  drop('again.csv', rows);
  await settle(runner);
  expect((await drops())[0]).toMatchObject({ state: 'done', same_as: expect.any(String) });
  drop('edited.csv', [row(2), row(3)]);
  await settle(runner);
  expect(await numbers()).toEqual([wanted(1), wanted(2), wanted(3)]);
  const { rows: kept } = await shops.hub.db.owner.query(
    'select count(*)::int as n from shop_parcels where removed_at is null',
  );
  expect(kept).toEqual([{ n: 2 }]);
});

it.each(['storing', 'moving'] as const)(
  'registers them once when a process dies while %s',
  async (what) => {
    drop('orders.csv', [row(1), row(2)]);
    await settle(start(what));
    shops.advance(60_000);
    await settle(start());
    expect(await numbers()).toEqual([wanted(1), wanted(2)]);
    expect(await drops()).toMatchObject([{ state: 'done', rows: 2, accepted: 2 }]);
    const { rows } = await shops.hub.db.owner.query(
      "select count(*)::int as n from inbound_messages where kind = 'shop'",
    );
    expect(rows).toEqual([{ n: 1 }]);
  },
);

it('removes what it put away once it is as old as inbound messages may be, and names people', async () => {
  const { db, clock } = shops.hub;
  const runner = start();
  drop('orders.csv', [row(1), ';;soon;JD014600000000009;dhl']);
  drop('broken.csv', ['"never closed']);
  await settle(runner);
  expect(readdirSync(at(`done/shops/${shopId}`))).toHaveLength(2);
  expect(readdirSync(at(`quarantine/shops/${shopId}`))).toHaveLength(2);
  const store = openFolderStore({ folder, shared: true });
  const places = [{ store, checkEveryMs: 1, filesGrow: true }];
  const around = { places, merchants: createMerchantFolders(db.pipeline, clock) };
  // The merchant disconnects the shop meanwhile.
  await call('DELETE', `/v1/shops/${shopId}`);
  expect(await dropOldDrops(db.pipeline, around, 0, 100)).toBe(0);
  expect(await dropOldDrops(db.pipeline, around, clock.nowMs() + 1, 100)).toBe(2);
  expect(readdirSync(at(`done/shops/${shopId}`))).toEqual([]);
  expect(readdirSync(at(`quarantine/shops/${shopId}`))).toEqual([]);
  expect(await drops()).toEqual([]);
});

it('moves files to quarantine that cannot be read or belong to no shop of the merchant', async () => {
  const runner = start();
  drop('cut.csv', [row(1), `A-2;2002;"never closed`]);
  const { text } = await shops.hub.newKey({ merchant: 'paris', mode: 'live' });
  const url = 'https://shop.example/hooks';
  const other = await callerOf(shops.hub, text)('POST', '/v1/shops', { platform: 'generic', url });
  drop('foreign.csv', [row(1)], String(other.body['id']));
  drop('unknown.csv', [row(1)], 'mine');
  await settle(runner);
  expect(await numbers()).toEqual([]);
  const reasons = new Map((await drops()).map(({ name, problem }) => [name, problem]));
  expect(reasons.get(`shops/${shopId}/cut.csv`)).toContain('never closed');
  expect(reasons.get(`shops/${other.body['id']}/foreign.csv`)).toContain('No shop');
  expect(reasons.get('shops/mine/unknown.csv')).toContain('No shop');
  expect(readdirSync(at('quarantine/shops/mine')).sort()).toEqual([
    'unknown.csv',
    'unknown.csv.reason.txt',
  ]);
});
