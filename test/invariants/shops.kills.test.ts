import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type RunningSandbox,
  type SandboxShop,
  sandboxClock,
  startSandbox,
} from '../../src/adapters/sandbox-kit/index.ts';
import { TEST_NOW_MS, TEST_WEBHOOK_SECRET } from '../../src/http/testing/test-hub.ts';
import { randomFrom } from '../../src/kernel/seeded-random.ts';
import type { ManualClock } from '../../src/platform/clock.ts';
import { createTestDatabase, type TestDatabase } from '../../src/platform/test-postgres.ts';
import type { WrittenParcel } from '../../src/shops/contract.ts';
import { sandbox as woocommerce } from '../../src/shops/platforms/woocommerce/sandbox/sandbox.ts';
import { pushHeaders } from '../support/fedex-push.ts';
import { tracesInTables } from '../support/parcels/traces.ts';
import { BusyShop, PEOPLE, type Shown } from '../support/shops/busy-shop.ts';
import { type KillableHub, startKillableHub } from '../support/shops/killable-hub.ts';
import { sharedClock } from '../support/shops/shared-clock.ts';

/**
 * A thousand orders of a WooCommerce shop: shipped in parts, corrected, cancelled, with webhooks
 * that are lost or come twice, calls that are limited, an hour without the shop and one without the
 * hub, which is killed five times in the middle of its work. Each parcel is registered once, and
 * each milestone and estimate is written back once and in order.
 */
const SEED = 1_618_033;
/** `WAYBILL_SHOP_ORDERS=200` for a quick look. */
const ORDERS = Number(process.env['WAYBILL_SHOP_ORDERS'] ?? 1_000);
const ROUNDS = 40;
const ROUND_MS = 5 * 60_000;
const AN_HOUR_OF_ROUNDS = 12;
const LIMITED = { from: 6, until: 8 };
/**
 * Numbers entered meanwhile change no order's date and send no webhook. The hub looks for them in
 * orders without a number only.
 */
const UNNOTICED = { from: 8, until: 10 };
/** An hour in which the shop answers no call. */
const SHOP_AWAY = { from: 10, until: 10 + AN_HOUR_OF_ROUNDS };
/** An hour in which no webhook reaches the hub. */
const HUB_AWAY = { from: 24, until: 24 + AN_HOUR_OF_ROUNDS };
/** Until all that waits for a number has been read once more, and all is repeated that failed. */
const CALM_ROUNDS = 24;
const CALM_ROUND_MS = 16 * 60_000;

/** Where the hub dies, by round: statements as test/support/hubs/mortal.ts names them. */
const DEATHS: Readonly<Record<number, { readonly at: RegExp; readonly steps: number }>> = {
  /** Receiving: a webhook is stored, and not answered. */
  2: { at: /^after .*inbound_messages/, steps: 9 },
  /** Storing: a parcel is registered, and its order not stored. */
  3: { at: /^after .*shop_parcels \w+ \| commit/, steps: 7 },
  /** Queueing: some entries of a batch are in the queue. */
  4: { at: /^before select shop_orders \w+ \| insert shop_writes/, steps: 5 },
  /** Settling: a write was sent, and that is not stored. */
  22: { at: /^before select shop_orders \w+ \| update shop_writes/, steps: 6 },
};
/** Writing: the shop has taken it, and has not answered. */
const DIES_AT_WRITE = { round: 5, nr: 5 };

let folder: string;
let database: TestDatabase;
let db: pg.Client;
let clock: ManualClock;
let sandbox: RunningSandbox;
let shop: SandboxShop;
let hub: KillableHub;
let busy: BusyShop;
/** Writes until the hub is killed. */
let writesToLive = Number.POSITIVE_INFINITY;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'waybill-shops-'));
  const clockFile = path.join(folder, 'clock');
  writeFileSync(clockFile, '');
  clock = sharedClock(clockFile);
  clock.set(TEST_NOW_MS);
  database = await createTestDatabase();
  db = new pg.Client(database.url);
  await db.connect();
  sandbox = await startSandbox({
    carriers: [{ ...woocommerce, answer: answerOrKill }],
    clock: sandboxClock(clock),
    async deliver({ url, headers, body }) {
      return hub.url === null ? null : post(`${hub.url}${new URL(url).pathname}`, headers, body);
    },
  });
  shop = sandbox.shop('woocommerce') as SandboxShop;
  shop.set({ tls: false });
  busy = new BusyShop(shop, randomFrom(SEED), clock);
  hub = await startKillableHub({
    ...{ databaseUrl: database.url, clockFile },
    // Never called: `deliver` finds the process.
    publicUrl: 'http://127.0.0.1:1',
  });
});
afterAll(async () => {
  await hub?.stop();
  await sandbox?.stop();
  await db?.end();
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

const answerOrKill: typeof woocommerce.answer = (request, world) => {
  const answer = woocommerce.answer(request, world);
  if (request.method !== 'PUT') return answer;
  writesToLive -= 1;
  if (writesToLive === 0) hub.kill();
  return answer;
};

/** Null: nobody answered. */
async function post(url: string, headers: Readonly<Record<string, string>>, body: string) {
  try {
    const answer = await fetch(url, { method: 'POST', headers, body });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return null;
  }
}

async function call<Answer>(method: string, route: string, body?: unknown): Promise<Answer> {
  const answer = await fetch(`${hub.url}/v1${route}`, {
    method,
    headers: { authorization: `Bearer ${hub.key}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  expect(answer.status, text).toBeLessThan(300);
  return (text === '' ? {} : JSON.parse(text)) as Answer;
}

/** Delivers what the shop sends and lets the hub work, which is started again if it dies. */
async function settle({ restarts = true } = {}): Promise<void> {
  for (let pass = 0; pass < 2; pass += 1) {
    clock.advance(1_000);
    await sandbox.pump();
    if (hub.url !== null) await hub.work();
    if (hub.url === null && restarts) await hub.start();
  }
}

async function rows<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
  return (await db.query(text, [...values])).rows as Row[];
}

const registered = async () =>
  (await rows<{ number: string }>('select tracking_number as number from shipments')).map(
    ({ number }) => number,
  );

/** Messages of the carrier that the hub has not accepted yet: it repeats them. */
let unsent: string[] = [];

async function sendReports(): Promise<void> {
  for (const body of unsent.splice(0)) {
    const url = `${hub.url}/webhooks/carrier/fedex`;
    const status = await post(url, pushHeaders(body, TEST_WEBHOOK_SECRET), body);
    if (status === null || status >= 300) unsent.push(body);
  }
}

const isIn = ({ from, until }: { from: number; until: number }, round: number) =>
  round >= from && round < until;

async function playRound(round: number): Promise<void> {
  if (round === SHOP_AWAY.from) sandbox.faults.add({ kind: 'outage' });
  if (round === SHOP_AWAY.until) sandbox.faults.liftAll();
  if (round === LIMITED.from) sandbox.faults.add({ kind: 'rate_limited', share: 0.05 });
  if (round === LIMITED.until) sandbox.faults.liftAll();
  if ([0, LIMITED.until, SHOP_AWAY.until].includes(round)) {
    sandbox.faults.add({ kind: 'push_twice', share: 0.3 });
    sandbox.faults.add({ kind: 'push_lost', share: 0.05 });
  }
  const isHubAway = isIn(HUB_AWAY, round);
  if (round === HUB_AWAY.from) hub.kill();
  if (round === HUB_AWAY.until) await backAgain();
  const death = DEATHS[round];
  if (death !== undefined) await hub.dieAt(death.at, death.steps);
  if (round === DIES_AT_WRITE.round) writesToLive = DIES_AT_WRITE.nr;
  busy.place(ORDERS / ROUNDS);
  shop.set({ hpos: !isIn(UNNOTICED, round) });
  busy.ship(5, isIn(UNNOTICED, round) ? 0 : 1);
  shop.set({ hpos: true });
  busy.change(60);
  if (!isHubAway) {
    if (unsent.length === 0) unsent = busy.report(new Set(await registered()), 4);
    await sendReports();
  }
  clock.advance(ROUND_MS);
  await settle({ restarts: !isHubAway });
}

/** The shop has disabled webhooks that failed, and the hub restores them. */
async function backAgain(): Promise<void> {
  const states = () => sandbox.subscriptions('woocommerce').map(({ state }) => state);
  expect(states()).toContain('suspended');
  await hub.start();
  await hub.work();
  expect(states().filter((state) => state === 'active')).toHaveLength(4);
}

/** Nothing new happens any more, and everything that waits is done. */
async function calmDown(rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    clock.advance(CALM_ROUND_MS);
    await sendReports();
    await settle();
  }
}

interface Connected {
  readonly id: string;
  readonly webhook_secret: string;
}

/** What one write to an order changed about its parcels. */
interface Change extends Shown {
  readonly number: string;
  readonly orderId: number;
  readonly atMs: number;
}

/** Returns what the shop was shown of each parcel, in order. Each write says one new thing. */
function changesWritten(): Change[] {
  const before = new Map<string, string>();
  return shop.writes().map(({ orderId, atMs, body }) => {
    const { meta_data: metas } = body as { meta_data: { value: { parcels: WrittenParcel[] } }[] };
    const changed = (metas[0]?.value.parcels ?? []).filter((parcel) => {
      const now = `${parcel.status} ${parcel.estimated_delivery}`;
      const isNew = before.get(parcel.tracking_number) !== now;
      before.set(parcel.tracking_number, now);
      return isNew;
    });
    expect(changed, `write to ${orderId}: ${JSON.stringify(body)}`).toHaveLength(1);
    const [
      { tracking_number: number = '', status = '', estimated_delivery: estimate = null } = {},
    ] = changed as Partial<WrittenParcel>[];
    return { number, status, estimate, orderId, atMs };
  });
}

const textOf = ({ status, estimate }: Shown) => `${status} ${estimate}`;

test(`${ORDERS} orders are registered and written back once, with the hub killed five times`, async () => {
  await hub.work();
  const connected = await call<Connected>('POST', '/shops', {
    platform: 'woocommerce',
    url: `${sandbox.origin}/woocommerce`,
    credentials: woocommerce.credentials,
  });
  for (let round = 0; round < ROUNDS; round += 1) await playRound(round);
  sandbox.faults.liftAll();
  await calmDown(CALM_ROUNDS);
  expect(hub.kills).toBe(Object.keys(DEATHS).length + 2);
  await expectRegisteredOnce();
  await expectWrittenOnce();
  await expectNoLoop();
  await expectErased(connected);
}, 900_000);

async function expectRegisteredOnce(): Promise<void> {
  const found = await registered();
  const named = shop
    .orders()
    .filter(({ cancelledAtMs }) => cancelledAtMs === null)
    .flatMap(({ fulfilments }) => fulfilments.flatMap(({ numbers }) => numbers))
    .map(({ number }) => number);
  expect(new Set(found).size).toBe(found.length);
  expect(named.filter((number) => !found.includes(number))).toEqual([]);
  expect(found.filter((number) => !busy.parcels.has(number))).toEqual([]);
  const created = await rows<{ count: number }>(
    `select count(*)::int as count from event_log where type = 'shipment.created'
     group by subject_id`,
  );
  expect(created.map(({ count }) => count)).toEqual(found.map(() => 1));
}

async function expectWrittenOnce(): Promise<void> {
  const changes = changesWritten();
  const gone = await rows<{ number: string; at: Date }>(
    `select s.tracking_number as number,
       least(p.removed_at, case when o.state in ('cancelled', 'deleted') then o.changed_at end) as at
     from shop_parcels p join shipments s on s.id = p.shipment_id
     join shop_orders o on o.shop_id = p.shop_id and o.order_id = p.order_id
     where p.removed_at is not null or o.state in ('cancelled', 'deleted')`,
  );
  const goneAt = new Map(gone.map(({ number, at }) => [number, at.getTime()]));
  for (const number of await registered()) {
    const parcel = busy.parcels.get(number);
    const seen = changes.filter((change) => change.number === number);
    const shown = seen.map(textOf);
    const wanted = parcel?.reported.map(textOf) ?? [];
    const until = goneAt.get(number);
    if (until === undefined && shop.orders().some(({ id }) => id === parcel?.orderId)) {
      expect([number, shown]).toEqual([number, wanted]);
      continue;
    }
    // What was reported about it before the hub knew.
    expect([number, shown]).toEqual([number, wanted.slice(0, shown.length)]);
    expect(seen.filter(({ atMs }) => atMs > (until ?? Number.POSITIVE_INFINITY))).toEqual([]);
  }
  const waiting = await rows('select from shop_writes where state = $1', ['waiting']);
  expect(waiting).toEqual([]);
  process.stdout.write(
    `${hub.kills} kills: ${busy.parcels.size} parcels, ${changes.length} writes, ${gone.length} gone\n`,
  );
}

/** Our own writes come back as events, and cause nothing. */
async function expectNoLoop(): Promise<void> {
  const writes = shop.writes().length;
  const pushes = sandbox.pushes('woocommerce').length;
  await calmDown(4);
  expect(shop.writes()).toHaveLength(writes);
  expect(sandbox.pushes('woocommerce')).toHaveLength(pushes);
}

/** The parcels that a merchant deletes, and then the whole shop. */
async function expectErased({ id, webhook_secret: secret }: Connected): Promise<void> {
  const erased = await rows<{ id: string; order: number }>(
    `select shipment_id as id, order_id::int as order from shop_parcels p
     join shop_orders o using (shop_id, order_id)
     where shipment_id is not null and content is not null order by order_id limit 20`,
  );
  const ids = erased.map((each) => each.id);
  expect(ids).toHaveLength(20);
  const living = async () => (await rows('select from shipments where deleted_at is null')).length;
  const before = await living();
  for (const shipment of ids) await call('DELETE', `/shipments/${shipment}`);
  await settle();
  for (const { order } of erased) shop.edit(order, { email: 'later@mailmarker.example' });
  await settle();
  const left = await rows(
    `select 'parcel' from shop_parcels where shipment_id = any($1)
     union all select 'write' from shop_writes where shipment_id = any($1)
     union all select 'order' from shop_orders where order_id = any($2) and content is not null`,
    [ids, erased.map(({ order }) => String(order))],
  );
  expect(left).toEqual([]);
  expect(await living()).toBe(before - ids.length);

  const unreadable = '{"billing": {"first_name": "Quillomar"}}';
  const signature = createHmac('sha256', secret).update(unreadable).digest('base64');
  const headers = { 'x-wc-webhook-topic': 'order.updated', 'x-wc-webhook-signature': signature };
  expect(await post(`${hub.url}/webhooks/shop/${id}`, headers, unreadable)).toBe(200);
  await settle();
  const contents = `select from inbound_messages where kind = 'shop' and length(content) > 0`;
  expect(await rows(contents)).toHaveLength(1);
  busy.place(3);
  await sandbox.pump();
  await call('DELETE', `/shops/${id}`);
  await settle();
  expect(await rows(contents)).toEqual([]);
  for (const table of ['shops', 'shop_orders', 'shop_parcels', 'shop_writes']) {
    expect(await rows(`select from ${table}`), table).toEqual([]);
  }
  expect(sandbox.subscriptions('woocommerce').filter(({ state }) => state !== 'ended')).toEqual([]);
  expect(await tracesInTables(db, PEOPLE)).toEqual([]);
}
