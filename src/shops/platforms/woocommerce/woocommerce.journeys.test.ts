import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { seededRandom } from '../../../kernel/seeded-random.ts';
import { dropShopOrdersBefore } from '../../orders/orders.sql.ts';
import type { ShopWork } from '../../start-shops.ts';
import { startTestShops, type TestShops } from '../../test-shops.ts';
import { sandbox as woocommerce } from './sandbox/sandbox.ts';

/** The connector against the sandbox, from the API to what is stored in the shop. */
let shops: TestShops;
let work: ShopWork;
let call: Caller;

beforeEach(async () => {
  shops = await startTestShops(woocommerce);
  shops.shop.set({ tls: false });
  work = shops.startWork();
  call = callerOf(shops.hub, shops.key);
});
afterEach(() => shops.close());

const DAY_MS = 86_400_000;

async function connect(more: Record<string, unknown> = {}) {
  const answer = await call('POST', '/v1/shops', {
    platform: 'woocommerce',
    url: `${shops.shopUrl}/`,
    credentials: woocommerce.credentials,
    ...more,
  });
  expect(answer.text).toContain('"status":"connected"');
  return answer.body as { id: string; webhook_url: string; webhook_secret: string };
}

/** Delivers what the shop sends, and works until nothing is left. */
async function settle(): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    shops.advance(1_000);
    await shops.sandbox.pump();
    await work.idle();
  }
}

async function parcels(): Promise<{ id: string; tracking_number: string; order_ids: string[] }[]> {
  const { body } = await call('GET', '/v1/shipments?limit=200');
  return body['data'] as Awaited<ReturnType<typeof parcels>>;
}

async function setStatus(id: string, status: string): Promise<void> {
  const answer = await call('POST', `/v1/shipments/${id}/status`, { status });
  expect(answer.status, answer.text).toBeLessThan(300);
  shops.advance(1_000);
}

/** The `_waybill` values that were written to the shop, in order. */
function written(): unknown[] {
  return shops.shop
    .writes()
    .filter(({ what }) => what === 'order')
    .map(({ body }) => (body as { meta_data: { value: unknown }[] }).meta_data[0]?.value);
}

/** The number of webhooks that the shop sends. */
const active = () =>
  shops.sandbox
    .subscriptions('woocommerce')
    .filter(({ state, details }) => state === 'active' && details['status'] !== 'disabled')
    .filter(({ details }) => details['topic']?.startsWith('order.')).length;

const number = (nr: number) => ({ number: `JD01460000000000${nr}`, carrier: 'dhl' });

it('registers the parcels of an order and writes each status back once', async () => {
  const { id } = await connect();
  const order = shops.shop.place({});
  await settle();
  expect(await parcels()).toEqual([]);
  const waiting = await call('GET', `/v1/shops/${id}`);
  expect(waiting.body['health']).toMatchObject({ orders: 1, waiting: 1, parcels: 0 });

  shops.shop.fulfil(order.id, { numbers: [number(1)] });
  await settle();
  const [parcel] = await parcels();
  expect(parcel).toMatchObject({
    tracking_number: number(1).number,
    carrier: 'dhl',
    order_ids: [String(order.id)],
  });
  expect(written()).toEqual([]);

  await setStatus(parcel?.id ?? '', 'picked_up');
  await settle();
  await setStatus(parcel?.id ?? '', 'in_transit');
  await settle();
  await settle();
  expect(written()).toEqual(
    ['picked_up', 'in_transit'].map((status) => ({
      parcels: [expect.objectContaining({ tracking_number: number(1).number, status })],
    })),
  );
  const sent = await call('GET', `/v1/shops/${id}/writes?shipment_id=${parcel?.id}`);
  expect(sent.body['data']).toMatchObject([
    { status: 'in_transit', state: 'sent', tries: 1 },
    { status: 'picked_up', state: 'sent', tries: 1 },
  ]);
});

it('writes all parcels of an order, notices edits, and stops with a cancellation', async () => {
  const { id } = await connect();
  const order = shops.shop.place({ items: [{ sku: 'A' }, { sku: 'B' }] });
  shops.shop.fulfil(order.id, { numbers: [number(1), number(2)] });
  await settle();
  const [one, two] = (await parcels()).sort((a, b) =>
    a.tracking_number < b.tracking_number ? -1 : 1,
  );
  await setStatus(one?.id ?? '', 'picked_up');
  await setStatus(two?.id ?? '', 'exception');
  await settle();
  expect(written().at(-1)).toMatchObject({
    parcels: expect.arrayContaining([
      expect.objectContaining({ tracking_number: number(1).number, status: 'picked_up' }),
      expect.objectContaining({ tracking_number: number(2).number, status: 'exception' }),
    ]),
  });

  shops.shop.edit(order.id, { numbers: [number(1), number(3)] });
  await settle();
  expect(await parcels()).toHaveLength(3);
  await setStatus(two?.id ?? '', 'in_transit');
  shops.shop.cancel(order.id);
  await settle();
  await setStatus(one?.id ?? '', 'in_transit');
  await settle();
  const { body } = await call('GET', `/v1/shops/${id}/writes`);
  expect(body['data']).toMatchObject([
    { state: 'not_sent', reason: 'the order was cancelled' },
    { state: 'not_sent', reason: 'the order no longer names this number' },
    { state: 'sent' },
    { state: 'sent' },
  ]);
});

it('imports no order older than 30 days, unless the merchant chooses to', async () => {
  const old = shops.shop.place({ at: shops.hub.clock.nowMs() - 40 * DAY_MS });
  shops.shop.fulfil(old.id, { numbers: [number(1)] });
  const recent = shops.shop.place({ at: shops.hub.clock.nowMs() - 20 * DAY_MS });
  shops.shop.fulfil(recent.id, { numbers: [number(2)] });
  const { id } = await connect();
  await settle();
  expect((await parcels()).map((each) => each.tracking_number)).toEqual([number(2).number]);
  expect((await call('DELETE', `/v1/shops/${id}`)).status).toBe(204);
  expect(active()).toBe(0);

  await connect({ imports_since: new Date(shops.hub.clock.nowMs() - 50 * DAY_MS).toISOString() });
  await settle();
  expect(await parcels()).toHaveLength(2);
});

it.each(['outage', 'server_errors', 'rate_limited'] as const)(
  'sends what waits once the shop is back: %s',
  async (kind) => {
    await connect();
    const order = shops.shop.place({});
    shops.shop.fulfil(order.id, { numbers: [number(1)] });
    await settle();
    const [parcel] = await parcels();
    shops.sandbox.faults.add({ kind });
    await setStatus(parcel?.id ?? '', 'picked_up');
    await setStatus(parcel?.id ?? '', 'in_transit');
    await settle();
    expect(written()).toEqual([]);
    shops.sandbox.faults.liftAll();
    shops.advance(11 * 60_000);
    await settle();
    expect(written()).toMatchObject([
      { parcels: [{ status: 'picked_up' }] },
      { parcels: [{ status: 'in_transit' }] },
    ]);
  },
);

it('makes a disabled webhook again', async () => {
  await connect();
  expect(active()).toBe(4);
  for (const { id } of shops.sandbox.subscriptions('woocommerce').slice(0, 1)) {
    const { consumer_key: key, consumer_secret: secret } = woocommerce.credentials;
    shops.shop.set({ tls: true });
    const basic = Buffer.from(`${key}:${secret}`).toString('base64');
    const answer = await fetch(`${shops.shopUrl}/wp-json/wc/v3/webhooks/${id}`, {
      method: 'PUT',
      headers: { authorization: `Basic ${basic}`, 'content-type': 'application/json' },
      body: JSON.stringify({ status: 'disabled' }),
    });
    expect(answer.status).toBe(200);
    shops.shop.set({ tls: false });
  }
  expect(active()).toBe(3);
  shops.advance(16 * 60_000);
  await settle();
  expect(active()).toBe(4);
});

/** Bodies of this kind that were written to the shop, in order. */
const bodies = (what: string) =>
  shops.shop.writes().flatMap((write) => (write.what === what ? [write.body] : []));

it('reads numbers from WooCommerce’s own fulfilments, and writes to these what it leaves otherwise', async () => {
  shops.shop.set({ fulfillments: true });
  await connect();
  const order = shops.shop.place({ items: [{ sku: 'A' }, { sku: 'B' }] });
  shops.shop.fulfil(order.id, { numbers: [number(1)], items: [{ sku: 'A', quantity: 1 }] });
  shops.shop.fulfil(order.id, { numbers: [number(2)], items: [{ sku: 'B', quantity: 1 }] });
  await settle();
  const all = await parcels();
  expect(all).toHaveLength(2);
  const first = all.find((each) => each.tracking_number === number(1).number);
  await setStatus(first?.id ?? '', 'picked_up');
  await settle();
  const parcel = expect.objectContaining({
    tracking_number: number(1).number,
    status: 'picked_up',
  });
  expect(written()).toEqual([{ parcels: [parcel] }]);
  expect(bodies('fulfillment')).toEqual([
    {
      meta_data: expect.arrayContaining([
        expect.objectContaining({ key: '_tracking_number', value: number(1).number }),
        expect.objectContaining({ key: '_items' }),
        { key: '_waybill', value: parcel },
      ]),
    },
  ]);
});

it('writes private notes and the status of the order only if that is switched on', async () => {
  const { id } = await connect();
  const order = shops.shop.place({ items: [{ sku: 'A' }, { sku: 'B' }] });
  shops.shop.fulfil(order.id, { numbers: [number(1), number(2)] });
  await settle();
  const [one, two] = await parcels();
  for (const parcel of [one, two]) await setStatus(parcel?.id ?? '', 'picked_up');
  await settle();
  expect(bodies('note')).toEqual([]);
  const settings = { order_notes: true, delivered_status: 'completed' };
  await call('PATCH', `/v1/shops/${id}`, { settings });
  for (const parcel of [one, two]) {
    for (const status of ['in_transit', 'out_for_delivery', 'delivered']) {
      await setStatus(parcel?.id ?? '', status);
    }
    await settle();
  }
  const statuses = bodies('order').map((body) => (body as { status?: string }).status);
  expect(statuses.slice(0, -1)).toEqual(statuses.slice(0, -1).map(() => undefined));
  expect(statuses.at(-1)).toBe('completed');
  const notes = bodies('note');
  expect(notes[0]).toEqual({ note: `${one?.tracking_number}: On the way`, customer_note: false });
  expect(notes).toHaveLength(6);
  expect(new Set(notes.map((each) => JSON.stringify(each))).size).toBe(6);
});

it('accepts only what its shop has signed, and ignores the ping', async () => {
  const { webhook_url: url, id } = await connect();
  const post = (headers: Record<string, string>, body: string) =>
    fetch(url, { method: 'POST', headers, body });
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  expect((await post(form, 'webhook_id=1')).status).toBe(200);
  const forged = { 'content-type': 'application/json', 'x-wc-webhook-topic': 'order.updated' };
  expect((await post(forged, '{"id":1}')).status).toBe(401);
  const signature = 'A'.repeat(43);
  const wrong = { ...forged, 'x-wc-webhook-signature': `${signature}=` };
  expect((await post(wrong, '{"id":1}')).status).toBe(401);
  await settle();
  expect((await call('GET', `/v1/shops/${id}`)).body['health']).toMatchObject({
    last_received_at: null,
  });
});

it('connects by the shop’s own page, with a secret that works once', async () => {
  const answer = await call('POST', '/v1/shops', { platform: 'woocommerce', url: shops.shopUrl });
  expect(answer.body).toMatchObject({ status: 'authorize' });
  const { id, authorize_url: page } = answer.body as { id: string; authorize_url: string };
  const html = await (await fetch(page)).text();
  const [approve = ''] = [...html.matchAll(/href="([^"]+)"/g)].map(([, href = '']) =>
    href.replaceAll('&#38;', '&'),
  );
  const secret = new URL(page).searchParams.get('user_id') ?? '';
  const callback = new URL(page).searchParams.get('callback_url') ?? '';
  const keys = { key_id: 1, consumer_key: 'ck_x', consumer_secret: 'cs_x', key_permissions: 'r' };
  const send = (user_id: string) =>
    fetch(callback, { method: 'POST', body: JSON.stringify({ ...keys, user_id }) });
  expect((await send('other')).status).toBe(401);
  expect((await fetch(approve, { redirect: 'manual' })).headers.get('location')).toContain(
    'success=1',
  );
  expect((await send(secret)).status).toBe(401);
  await settle();
  expect((await call('GET', `/v1/shops/${id}`)).body).toMatchObject({
    status: 'connected',
    credentials: ['consumer_key', 'consumer_secret'],
  });
  expect(active()).toBe(4);
});

it('refuses wrong credentials, unknown ones and an address that is none', async () => {
  const create = (body: Record<string, unknown>) =>
    call('POST', '/v1/shops', { platform: 'woocommerce', url: shops.shopUrl, ...body });
  const keys = woocommerce.credentials;
  const wrong = await create({ credentials: { ...keys, consumer_secret: 'cs_wrong' } });
  expect([wrong.status, wrong.text]).toEqual([422, expect.stringContaining('answered 401')]);
  expect((await create({ credentials: { token: 'x' } })).status).toBe(422);
  expect((await create({ url: 'ftp://shop.example' })).status).toBe(422);
  expect((await create({ platform: 'woocomerce' })).text).toContain('woocommerce');
  await connect();
  expect((await create({ credentials: keys })).status).toBe(409);
});

it('erases what it knows of a deleted shipment, and does not register it again', async () => {
  const { id } = await connect();
  const order = shops.shop.place({});
  shops.shop.fulfil(order.id, { numbers: [number(1)] });
  await settle();
  const [parcel] = await parcels();
  expect((await call('DELETE', `/v1/shipments/${parcel?.id}`)).status).toBe(204);
  await settle();
  shops.shop.edit(order.id, { email: 'other@example.com' });
  await settle();
  expect(await parcels()).toEqual([]);
  const { rows } = await shops.hub.db.owner.query(
    `select content from shop_orders where content is not null
     union all select content from inbound_messages where kind = 'shop' and content <> ''`,
  );
  expect(rows).toEqual([]);
  const { pipeline } = shops.hub.db;
  const nowMs = shops.hub.clock.nowMs();
  expect(await dropShopOrdersBefore(pipeline, nowMs - DAY_MS, 10)).toBe(0);
  expect(await dropShopOrdersBefore(pipeline, nowMs + DAY_MS, 10)).toBe(1);
  expect((await call('GET', `/v1/shops/${id}/writes`)).body['data']).toEqual([]);
});

it('ignores an order that was deleted by retention and is reported again', async () => {
  await connect();
  const order = shops.shop.place({});
  shops.shop.fulfil(order.id, { numbers: [number(1)] });
  await settle();
  const [parcel] = await parcels();
  expect((await call('DELETE', `/v1/shipments/${parcel?.id}`)).status).toBe(204);
  await settle();
  shops.advance(DAY_MS);
  expect(await dropShopOrdersBefore(shops.hub.db.pipeline, shops.hub.clock.nowMs(), 10)).toBe(1);
  shops.shop.edit(order.id, { email: 'other@example.com' });
  const later = shops.shop.place({});
  shops.shop.fulfil(later.id, { numbers: [number(2)] });
  await settle();
  expect((await parcels()).map((each) => each.tracking_number)).toEqual([number(2).number]);
});

it('writes nothing that waited while its order was cancelled or its number removed', async () => {
  const { id } = await connect();
  const [one, two] = [shops.shop.place({}), shops.shop.place({})];
  shops.shop.fulfil(one.id, { numbers: [number(1)] });
  shops.shop.fulfil(two.id, { numbers: [number(2), number(3)] });
  await settle();
  const registered = await parcels();
  // Writes are tried again later than reads.
  await shops.hub.db.owner.query(`update shops set state = 'paused'`);
  for (const parcel of registered) await setStatus(parcel.id, 'picked_up');
  await settle();
  shops.shop.cancel(one.id);
  shops.shop.edit(two.id, { numbers: [number(3)] });
  await shops.hub.db.owner.query(
    `update shop_orders set write_at = write_at + interval '5 minutes' where write_at is not null`,
  );
  await shops.hub.db.owner.query(`update shops set state = 'connected'`);
  await settle();
  shops.advance(6 * 60_000);
  await settle();
  expect(written()).toEqual([
    { parcels: [expect.objectContaining({ tracking_number: number(3).number })] },
  ]);
  const { body } = await call('GET', `/v1/shops/${id}/writes`);
  expect((body['data'] as { reason: unknown }[]).map(({ reason }) => reason).sort()).toEqual([
    null,
    'the order no longer names this number',
    'the order was cancelled',
  ]);
});

it('queues nothing of entries that are read again', async () => {
  await connect();
  const order = shops.shop.place({});
  shops.shop.fulfil(order.id, { numbers: [number(1)] });
  await settle();
  const [parcel] = await parcels();
  expect(
    (await call('PATCH', `/v1/shipments/${parcel?.id}`, { metadata: { a: '1' } })).status,
  ).toBe(200);
  await setStatus(parcel?.id ?? '', 'picked_up');
  await settle();
  await shops.hub.db.owner.query(
    `update consumer_cursors set position = 0 where consumer = 'shops'`,
  );
  await settle();
  expect(written()).toHaveLength(1);
});

it('leaves no webhook in a shop that is disconnected during a comparison', async () => {
  const { id } = await connect();
  shops.sandbox.endSubscriptions('woocommerce');
  shops.advance(16 * 60_000);
  const [, removed] = await Promise.all([work.idle(), call('DELETE', `/v1/shops/${id}`)]);
  expect(removed.status).toBe(204);
  await work.idle();
  expect(active()).toBe(0);
});

it('gives each order that waits for a number its turn, however many new ones wait', async () => {
  shops.shop.set({ hpos: false });
  await connect();
  const first = shops.shop.place({});
  // It was read more often than the others will be.
  for (let n = 0; n < 9; n += 1) shops.shop.edit(first.id, { email: `${n}@customer.example` });
  await settle();
  const compareWithNewOrders = async () => {
    for (let n = 0; n < 25; n += 1) shops.shop.place({});
    await settle();
    shops.advance(16 * 60_000);
    await settle();
  };
  await compareWithNewOrders();
  shops.shop.fulfil(first.id, { numbers: [number(1)] });
  for (let round = 0; round < 8; round += 1) await compareWithNewOrders();
  expect(await parcels()).toHaveLength(1);
});

it('registers each parcel once and writes each status once and in order, whatever happens', async () => {
  const { id } = await connect();
  const drawn = seededRandom(42);
  const random = () => drawn() / 2 ** 32;
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)];
  const orders: number[] = [];
  const wanted = new Map<string, string[]>();
  let numbers = 0;
  shops.sandbox.faults.add({ kind: 'push_twice', share: 0.5 });
  shops.sandbox.faults.add({ kind: 'push_lost', share: 0.2 });
  shops.sandbox.faults.add({ kind: 'rate_limited', share: 0.1 });
  const second = shops.startWork();
  for (let step = 0; step < 60; step += 1) {
    const order = pick(orders);
    const act = random();
    if (order === undefined || act < 0.3) {
      orders.push(shops.shop.place({ items: [{ sku: 'A' }, { sku: 'B' }] }).id);
    } else if (act < 0.6) {
      numbers += 1;
      const fulfilled = shops.shop.fulfil(order, {
        numbers: [number(numbers)],
        items: [{ sku: pick(['A', 'B']) ?? 'A', quantity: 1 }],
      });
      if (fulfilled !== null) wanted.set(number(numbers).number, []);
    } else if (act < 0.7) shops.shop.edit(order, { email: `c${step}@example.com` });
    else {
      const parcel = pick(await parcels());
      const next = ['picked_up', 'in_transit', 'out_for_delivery', 'delivered'];
      const done = wanted.get(parcel?.tracking_number ?? '') ?? [];
      const status = next[done.length];
      if (parcel !== undefined && status !== undefined) {
        await setStatus(parcel.id, status);
        done.push(status);
      }
    }
    // Longer than the shop asks us to wait.
    shops.advance(31_000);
    if (step % 4 === 3) await settle();
  }
  shops.sandbox.faults.liftAll();
  for (let round = 0; round < 3; round += 1) {
    shops.advance(16 * 60_000);
    await settle();
    await second.idle();
  }
  const registered = (await parcels()).map((each) => each.tracking_number);
  expect(registered.sort()).toEqual([...wanted.keys()].sort());
  const seen = new Map<string, string[]>();
  for (const value of written() as { parcels: { tracking_number: string; status: string }[] }[]) {
    for (const { tracking_number: name, status } of value.parcels) {
      const before = seen.get(name) ?? [];
      if (before.at(-1) !== status) seen.set(name, [...before, status]);
    }
  }
  for (const [name, statuses] of wanted)
    expect([name, seen.get(name) ?? []]).toEqual([name, statuses]);
  const total = [...wanted.values()].flat().length;
  expect(total).toBeGreaterThan(8);
  expect(written()).toHaveLength(total);
  const health = (await call('GET', `/v1/shops/${id}`)).body['health'];
  expect(health).toMatchObject({ parcels: wanted.size, problems: 0 });
}, 240_000);
