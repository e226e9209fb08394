import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { seededRandom } from '../../../kernel/seeded-random.ts';
import type { ShopWork } from '../../start-shops.ts';
import { startTestShops, type TestShops } from '../../test-shops.ts';
import { sandbox as shopify } from './sandbox/sandbox.ts';

const SHOP = 'https://waybill-sandbox.myshopify.com';
const { client_id = '', client_secret = '', access_token = '' } = shopify.credentials;
const APP = { client_id, client_secret };

describe('the connector against the sandbox', () => {
  let shops: TestShops;
  let work: ShopWork;
  let call: Caller;

  beforeEach(async () => {
    shops = await startTestShops(shopify);
    work = shops.startWork();
    call = callerOf(shops.hub, shops.key);
  });
  afterEach(() => shops.close());

  const create = (credentials: Record<string, string>, more: Record<string, unknown> = {}) =>
    call('POST', '/v1/shops', { platform: 'shopify', url: shops.shopUrl, credentials, ...more });

  async function connect(credentials: Record<string, string> = { ...APP, access_token }) {
    const answer = await create(credentials);
    expect(answer.text).toContain('"status":"connected"');
    return answer.body as { id: string; webhook_url: string; webhook_secret: string | null };
  }

  async function settle(): Promise<void> {
    for (let round = 0; round < 3; round += 1) {
      shops.advance(1_000);
      await shops.sandbox.pump();
      await work.idle();
    }
  }

  async function parcels() {
    const { body } = await call('GET', '/v1/shipments?limit=200');
    return body['data'] as { id: string; tracking_number: string }[];
  }

  async function setStatus(id: string, status: string): Promise<void> {
    const answer = await call('POST', `/v1/shipments/${id}/status`, { status });
    expect(answer.status, answer.text).toBeLessThan(300);
    shops.advance(1_000);
  }

  const written = (what = 'fulfillmentEventCreate') =>
    shops.shop
      .writes()
      .filter((each) => each.what === what)
      .map(({ body }) => body as Record<string, unknown>);
  const statuses = () => written().map(({ status }) => status);
  const number = (nr: number) => ({ number: `JD01460000000000${nr}`, carrier: 'DHL' });
  const health = async (id: string) =>
    (await call('GET', `/v1/shops/${id}`)).body['health'] as Record<string, unknown>;
  const active = () =>
    shops.sandbox.subscriptions('shopify').filter(({ state }) => state === 'active').length;

  async function post(url: string, topic: string, body: object, headers = {}) {
    const text = JSON.stringify(body);
    const hmac = createHmac('sha256', client_secret).update(text).digest('base64');
    return fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-shopify-topic': topic,
        'x-shopify-hmac-sha256': hmac,
        'x-shopify-shop-domain': new URL(SHOP).hostname,
        ...headers,
      },
      body: text,
    });
  }

  it('registers parcels, writes events and links once, and its own writes cause nothing', async () => {
    const { id, webhook_secret: secret } = await connect();
    expect(secret).toBeNull();
    expect(active()).toBe(6);
    const order = shops.shop.place({ locale: 'de-DE' });
    shops.shop.fulfil(order.id, { numbers: [number(1)] });
    await settle();
    const [parcel] = await parcels();
    expect(parcel).toMatchObject({ carrier: 'dhl', order_ids: [`#${order.id}`] });
    await setStatus(parcel?.id ?? '', 'picked_up');
    await settle();
    await setStatus(parcel?.id ?? '', 'out_for_delivery');
    await settle();
    await setStatus(parcel?.id ?? '', 'delivered');
    await settle();
    await settle();
    expect(statuses()).toEqual(['CARRIER_PICKED_UP', 'OUT_FOR_DELIVERY', 'DELIVERED']);
    expect(written('fulfillmentTrackingInfoUpdate')).toEqual([
      expect.objectContaining({
        notifyCustomer: false,
        trackingInfoInput: {
          company: 'DHL',
          numbers: [number(1).number],
          urls: [expect.stringContaining('/track/dhl/')],
        },
      }),
    ]);
    expect(await health(id)).toMatchObject({ orders: 1, parcels: 1, problems: 0 });
    expect(shops.shop.orders()[0]?.fulfilments).toHaveLength(1);
  });

  it('merges several numbers of one fulfilment, and reads split ones', async () => {
    await connect();
    const order = shops.shop.place({ items: [{ sku: 'A' }, { sku: 'B' }] });
    shops.shop.fulfil(order.id, {
      numbers: [number(1), number(2)],
      items: [{ sku: 'A', quantity: 1 }],
    });
    shops.shop.fulfil(order.id, { numbers: [number(3)] });
    await settle();
    const all = (await parcels()).sort((a, b) => (a.tracking_number < b.tracking_number ? -1 : 1));
    expect(all).toHaveLength(3);
    const [one = '', two = '', three = ''] = all.map(({ id }) => id);
    await setStatus(one, 'picked_up');
    await settle();
    await setStatus(three, 'picked_up');
    await settle();
    await setStatus(two, 'exception');
    await settle();
    await setStatus(one, 'in_transit');
    await settle();
    expect(statuses()).toEqual(['CARRIER_PICKED_UP', 'CARRIER_PICKED_UP', 'DELAYED']);
  });

  it('is allowed on the shop’s page, once and by this shop only', async () => {
    const { body } = await create(APP);
    expect(body).toMatchObject({ status: 'authorize' });
    const { id, authorize_url: page } = body as { id: string; authorize_url: string };
    expect(page).toContain(`${shops.calledUrl}/admin/oauth/authorize`);
    const html = await (await fetch(page)).text();
    const [, install = ''] = /href="([^"]+install[^"]+)"/.exec(html) ?? [];
    const granted = await fetch(install.replaceAll('&#38;', '&'), { redirect: 'manual' });
    const back = new URL(granted.headers.get('location') ?? '');
    expect(back.pathname).toBe('/webhooks/shop/shopify/authorization');
    const visit = (change: Record<string, string> = {}, method = 'GET', headers = {}) => {
      const url = new URL(back);
      for (const [name, value] of Object.entries(change)) url.searchParams.set(name, value);
      return fetch(url, { method, headers, redirect: 'manual' });
    };
    const inBrowser = { accept: 'text/html,*/*;q=0.8', 'accept-language': 'de' };
    /** Programs get JSON, browsers a page that says what happened and repeats nothing. */
    const expectRefused = async (change: Record<string, string>, reason: string) => {
      const program = await visit(change);
      expect(program.status).toBe(401);
      expect(program.headers.get('content-type')).toBe('application/problem+json');
      const browser = await visit({ ...change, lang: 'en' }, 'GET', inBrowser);
      const html = await browser.text();
      expect(browser.status).toBe(401);
      expect(browser.headers.get('vary')).toContain('Accept, Accept-Language');
      expect(html).toContain('<html lang="de">');
      expect(html).toContain('Der Shop wurde nicht verbunden');
      expect(html).toContain(reason);
      expect(html).toMatch(/href="\/console\/shops">Shop erneut verbinden</);
      for (const [name, value] of [...back.searchParams, ...Object.entries(change)]) {
        if (value.length > 2) expect([name, html.includes(value)]).toEqual([name, false]);
      }
    };
    const [unexpected, denied] = ['Sie wurde schon verwendet', 'im Shop nicht erlaubt'];
    const other = (await create(APP, { url: 'https://other-shop.myshopify.com' })).body;
    const foreign = new URL(String(other['authorize_url'])).searchParams.get('state') ?? '';
    await expectRefused({ state: foreign }, unexpected);
    await expectRefused({ state: '<script>alert(1)</script>' }, unexpected);
    await expectRefused({ shop: 'evil.example' }, unexpected);
    await expectRefused({ code: 'other' }, unexpected);
    await expectRefused({ error: 'access_denied' }, denied);
    expect((await visit({}, 'HEAD')).status).toBe(303);
    expect((await visit()).headers.get('location')).toBe(`/console/shops/${id}`);
    await expectRefused({}, unexpected);
    await settle();
    expect((await call('GET', `/v1/shops/${id}`)).body).toMatchObject({
      status: 'connected',
      credentials: ['access_token', 'client_id', 'client_secret'],
    });
    expect(active()).toBe(6);
  });

  it('comes too late after an hour', async () => {
    const { authorize_url: page } = (await create(APP)).body as { authorize_url: string };
    const html = await (await fetch(page)).text();
    const [, install = ''] = /href="([^"]+install[^"]+)"/.exec(html) ?? [];
    shops.advance(3_600_001);
    const granted = await fetch(install.replaceAll('&#38;', '&'), { redirect: 'manual' });
    const late = await fetch(granted.headers.get('location') ?? '', {
      headers: { accept: 'text/html' },
      redirect: 'manual',
    });
    expect([late.status, (await late.text()).includes('more than an hour later')]).toEqual([
      401,
      true,
    ]);
  });

  it('refuses other hosts, other shops, and what is missing', async () => {
    const at = (url: string) => create({ access_token }, { url });
    for (const url of [
      'https://evil.example',
      'https://waybill-sandbox.myshopify.com.evil.example',
      'http://waybill-sandbox.myshopify.com',
      'https://waybill-sandbox.myshopify.com:8443',
      'https://waybill-sandbox.myshopify.com/admin',
    ]) {
      expect([url, (await at(url)).status]).toEqual([url, 422]);
    }
    expect((await create({ client_id })).text).toContain('client_secret');
    expect((await create({})).text).toContain('client_id');
    expect((await create({ access_token: 'wrong' })).text).toContain('answered 401');
    expect((await create({ access_token: 'two\nlines' })).status).toBe(422);
  });

  it('accepts only what its shop has signed', async () => {
    const { id, webhook_url: url } = await connect();
    const status = async (sent: Promise<Response>) => (await sent).status;
    expect(await status(post(url, 'orders/updated', { id: 1 }))).toBe(200);
    const headers = { 'x-shopify-shop-domain': 'other.myshopify.com' };
    expect(await status(post(url, 'orders/updated', { id: 1 }, headers))).toBe(401);
    const forged = { 'x-shopify-hmac-sha256': `${'A'.repeat(43)}=` };
    expect(await status(post(url, 'orders/updated', { id: 1 }, forged))).toBe(401);
    expect(await status(post(url, 'shop/redact', { shop_domain: 'other.myshopify.com' }))).toBe(
      200,
    );
    await settle();
    expect((await call('GET', `/v1/shops/${id}`)).status).toBe(200);
    const only = await create({ access_token }, { url: 'https://other-shop.myshopify.com' });
    expect(only.status).toBe(422);
  });

  it('processes an event once, whatever its number of deliveries', async () => {
    const { webhook_url: url } = await connect();
    await settle();
    const ids = { 'x-shopify-event-id': 'e1' };
    const reads = async () => {
      const { rows } = await shops.hub.db.owner.query<{ read_token: number }>(
        `select read_token from shop_orders where order_id = '99'`,
      );
      return rows[0]?.read_token;
    };
    await post(url, 'orders/updated', { id: 99 }, ids);
    await settle();
    const once = await reads();
    for (let time = 0; time < 3; time += 1) await post(url, 'orders/updated', { id: 99 }, ids);
    await settle();
    expect(await reads()).toBe(once);
    await post(url, 'orders/updated', { id: 99 }, { 'x-shopify-event-id': 'e2' });
    await settle();
    expect(await reads()).not.toBe(once);
  });

  it('erases the data of a customer, and of the whole shop', async () => {
    const { id, webhook_url: url } = await connect();
    shops.sandbox.subscribe('shopify', {
      ...{ account: client_id, url, secret: client_secret, numbers: null },
    });
    const [one, two] = [shops.shop.place({}), shops.shop.place({})];
    shops.shop.fulfil(one.id, { numbers: [number(1)] });
    shops.shop.fulfil(two.id, { numbers: [number(2)] });
    await settle();
    expect(await parcels()).toHaveLength(2);
    shops.shop.privacy?.('customers/data_request', one);
    shops.shop.privacy?.('customers/redact', one);
    await settle();
    expect((await parcels()).map((each) => each.tracking_number)).toEqual([number(2).number]);
    shops.shop.edit(one.id, { email: 'again@example.com' });
    await settle();
    expect(await parcels()).toHaveLength(1);
    const { rows } = await shops.hub.db.owner.query(
      'select order_id from shop_orders where content is not null',
    );
    expect(rows).toEqual([{ order_id: String(two.id) }]);
    shops.shop.privacy?.('shop/redact', null);
    await settle();
    expect(await parcels()).toEqual([]);
    expect((await call('GET', `/v1/shops/${id}`)).status).toBe(404);
  });

  it('polls with a token only, because nothing signs webhooks then', async () => {
    const { webhook_url: url } = await connect({ access_token });
    expect(active()).toBe(0);
    expect((await post(url, 'orders/updated', { id: 1 })).status).toBe(401);
    const order = shops.shop.place({});
    shops.shop.fulfil(order.id, { numbers: [number(1)] });
    shops.advance(2 * 60_000);
    await settle();
    expect(await parcels()).toHaveLength(1);
  });

  it('continues a long comparison where the shop asked it to wait', async () => {
    for (let nr = 0; nr < 95; nr += 1) {
      shops.advance(60_000);
      shops.shop.fulfil(shops.shop.place({}).id, {
        numbers: [{ number: `JD0146000000${1e6 + nr}` }],
      });
    }
    await connect();
    for (let round = 0; round < 12; round += 1) {
      await settle();
      shops.advance(10_000);
    }
    expect(await parcels()).toHaveLength(95);
  });

  it.each(['outage', 'server_errors', 'rate_limited'] as const)(
    'sends what waits once the shop is back: %s',
    async (kind) => {
      await connect();
      shops.shop.fulfil(shops.shop.place({}).id, { numbers: [number(1)] });
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
      expect(statuses()).toEqual(['CARRIER_PICKED_UP', 'IN_TRANSIT']);
    },
  );

  it('registers each parcel once and writes each status once, whatever happens', async () => {
    await connect();
    const drawn = seededRandom(7);
    const random = () => drawn() / 2 ** 32;
    const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)];
    const next = ['CARRIER_PICKED_UP', 'IN_TRANSIT', 'OUT_FOR_DELIVERY', 'DELIVERED'];
    const steps = ['picked_up', 'in_transit', 'out_for_delivery', 'delivered'];
    const wanted = new Map<string, number>();
    shops.sandbox.faults.add({ kind: 'push_twice', share: 0.5 });
    shops.sandbox.faults.add({ kind: 'push_lost', share: 0.2 });
    shops.sandbox.faults.add({ kind: 'rate_limited', share: 0.1 });
    const second = shops.startWork();
    for (let step = 0; step < 40; step += 1) {
      const parcel = pick(await parcels());
      const done = wanted.get(parcel?.tracking_number ?? '') ?? 0;
      if (parcel === undefined || random() < 0.3) {
        const nr = number(wanted.size);
        shops.shop.fulfil(shops.shop.place({}).id, { numbers: [nr] });
        wanted.set(nr.number, 0);
      } else if (done < steps.length) {
        await setStatus(parcel.id, steps[done] ?? '');
        wanted.set(parcel.tracking_number, done + 1);
      }
      shops.advance(31_000);
      if (step % 4 === 3) await settle();
    }
    shops.sandbox.faults.liftAll();
    for (let round = 0; round < 3; round += 1) {
      shops.advance(16 * 60_000);
      await settle();
      await second.idle();
    }
    expect(await parcels()).toHaveLength(wanted.size);
    for (const order of shops.shop.orders()) {
      const done = wanted.get(order.fulfilments[0]?.numbers[0]?.number ?? '') ?? 0;
      const events = shops.shop.writes().filter(({ orderId, what }) => {
        return orderId === order.id && what === 'fulfillmentEventCreate';
      });
      expect(events.map(({ body }) => (body as { status: string }).status)).toEqual(
        next.slice(0, done),
      );
    }
  }, 240_000);
});
