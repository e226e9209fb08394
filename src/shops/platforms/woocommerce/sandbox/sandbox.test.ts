import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Acknowledgement, WebhookRequest } from '../../../../adapters/contract/contract.ts';
import {
  type RunningSandbox,
  type SandboxShop,
  sandboxClock,
  startSandbox,
} from '../../../../adapters/sandbox-kit/index.ts';
import { openTestHook } from '../../../../adapters/test-sandbox.ts';
import { manualClock } from '../../../../platform/clock.ts';
import { sandbox as woocommerce } from './sandbox.ts';

const START_MS = Date.UTC(2026, 3, 15, 10);
const OWN = {
  user: woocommerce.credentials['consumer_key'] ?? '',
  password: woocommerce.credentials['consumer_secret'] ?? '',
};
const SECRET = 'secretOfLettersAndDigits1';
const MIN_MS = 60_000;

let sandbox: RunningSandbox;
let shop: SandboxShop;
let closers: (() => Promise<void>)[];

beforeEach(async () => {
  const clock = sandboxClock(manualClock(START_MS), { speed: 0 });
  sandbox = await startSandbox({ carriers: [woocommerce], clock });
  const open = sandbox.shop('woocommerce');
  if (open === null) throw new Error('no shop');
  shop = open;
  closers = [() => sandbox.stop()];
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
});

async function listen(answer?: (request: WebhookRequest) => Acknowledgement | number) {
  const hook = await openTestHook(answer);
  closers.push(hook.close);
  return hook;
}

const basic = ({ user, password } = OWN) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

async function call(
  method: string,
  path: string,
  body?: unknown,
  authorization: string | null = basic(),
) {
  const answer = await fetch(`${sandbox.origin}/woocommerce/wp-json/wc/v3/${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(authorization !== null && { authorization }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const json = answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
  return { status: answer.status, json, headers: answer.headers };
}

async function control(method: string, path: string, body?: unknown) {
  const url = `${sandbox.origin}/_control/woocommerce/${path}`;
  const answer = await fetch(url, { method, ...(body !== undefined && json(body)) });
  return { status: answer.status, json: await answer.json() };
}
const json = (body: unknown) => ({ body: JSON.stringify(body) });

const meta = ({ meta_data }: { meta_data: { key: string; value: unknown }[] }, key: string) =>
  meta_data.filter((each) => each.key === key).map(({ value }) => value);

describe('keys', () => {
  it('are needed, known, and refused when revoked or wrong', async () => {
    expect((await call('GET', 'orders', undefined, null)).json).toMatchObject({
      code: 'woocommerce_rest_cannot_view',
      data: { status: 401 },
    });
    for (const wrong of [
      { ...OWN, password: 'cs_other' },
      { ...OWN, user: 'ck_other' },
    ]) {
      expect((await call('GET', 'orders', undefined, basic(wrong))).json).toMatchObject({
        code: 'woocommerce_rest_authentication_error',
      });
    }
    sandbox.setCredentials('woocommerce', OWN.user, null, 'no_scope');
    expect((await call('GET', 'orders')).status).toBe(200);
    const { id } = shop.place({});
    expect((await call('PUT', `orders/${id}`, {})).status).toBe(401);
    sandbox.setCredentials('woocommerce', OWN.user, null, 'wrong');
    expect((await call('GET', 'orders')).status).toBe(401);
  });

  it('sign each call once, within 15 minutes, when there is no TLS', async () => {
    shop.set({ tls: false });
    expect((await call('GET', 'orders')).status).toBe(401);
    const signed = (nonce: string, atMs: number, tamper = '') => {
      const url = `${sandbox.origin}/woocommerce/wp-json/wc/v3/orders`;
      const query = new URLSearchParams({
        oauth_consumer_key: OWN.user,
        oauth_nonce: nonce,
        oauth_signature_method: 'HMAC-SHA256',
        oauth_timestamp: String(atMs / 1_000),
        status: 'any',
      });
      const base = ['GET', url, String(query)].map(encodeURIComponent).join('&');
      const digest = createHmac('sha256', `${OWN.password}&`).update(base).digest('base64');
      query.set('oauth_signature', digest);
      return call('GET', `orders?${query}${tamper}`, undefined, null);
    };
    expect((await signed('once', START_MS)).status).toBe(200);
    expect((await signed('once', START_MS)).status).toBe(401);
    expect((await signed('twice', START_MS, '&include=1')).status).toBe(401);
    expect((await signed('late', START_MS - 14 * MIN_MS)).status).toBe(200);
    expect((await signed('too-late', START_MS - 16 * MIN_MS)).status).toBe(401);
  });

  it('come from the authorize page, once the callback has answered 200', async () => {
    let status = 200;
    const hook = await listen(() => status);
    const wanted = new URLSearchParams({
      app_name: '<b>Hub</b>',
      scope: 'read',
      user_id: 'one-time-secret',
      return_url: 'https://hub.example/back?a=1',
      callback_url: hook.url,
    });
    const origin = `${sandbox.origin}/woocommerce/wc-auth/v1`;
    const links = async () => {
      const page = await (await fetch(`${origin}/authorize?${wanted}`)).text();
      expect(page).not.toContain('<b>');
      return [...page.matchAll(/href="([^"]+)"/g)].map(([, href = '']) =>
        href.replaceAll('&#38;', '&'),
      );
    };
    const [approve = '', deny = ''] = await links();
    expect(deny).toBe('https://hub.example/back?a=1&success=0&user_id=one-time-secret');
    const approved = await fetch(approve, { redirect: 'manual' });
    expect(approved.headers.get('location')).toBe(deny.replace('success=0', 'success=1'));
    const key = JSON.parse(Buffer.from(hook.webhooks[0]?.rawBody ?? []).toString());
    expect(key).toMatchObject({ user_id: 'one-time-secret', key_permissions: 'read' });
    const made = { user: key.consumer_key, password: key.consumer_secret };
    expect((await call('GET', 'orders', undefined, basic(made))).status).toBe(200);
    expect((await call('POST', 'webhooks', {}, basic(made))).status).toBe(401);
    expect((await fetch(approve, { redirect: 'manual' })).status).toBe(401);

    status = 201;
    expect((await fetch((await links())[0] ?? '', { redirect: 'manual' })).status).toBe(401);
    const lost = JSON.parse(Buffer.from(hook.webhooks[1]?.rawBody ?? []).toString());
    const forgotten = basic({ user: lost.consumer_key, password: lost.consumer_secret });
    expect((await call('GET', 'orders', undefined, forgotten)).status).toBe(401);
    wanted.set('return_url', 'javascript:alert(1)');
    expect((await fetch(`${origin}/authorize?${wanted}`)).status).toBe(401);
  });
});

describe('orders', () => {
  it('are listed in pages, by change and in the site’s time by default', async () => {
    const old = shop.place({ at: START_MS - 40 * 86_400_000 });
    const ids = [old.id];
    for (let count = 1; count < 12; count += 1) {
      await sandbox.advance(MIN_MS);
      ids.push(shop.place({ email: `c${count}@example.com` }).id);
    }
    const first = await call('GET', 'orders');
    expect(first.json).toHaveLength(10);
    expect(first.json[0].billing.email).toBe('c11@example.com');
    expect(first.headers.get('x-wp-total')).toBe('12');
    expect(first.headers.get('x-wp-totalpages')).toBe('2');
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    const second = await fetch(next, { headers: { authorization: basic() } });
    expect(await second.json()).toHaveLength(2);

    const since = new Date(START_MS + 10 * MIN_MS).toISOString().slice(0, 19);
    const gmt = await call('GET', `orders?modified_after=${since}&dates_are_gmt=true`);
    expect(gmt.json.map(({ id }: { id: number }) => id)).toEqual([ids.at(-1)]);
    expect((await call('GET', `orders?modified_after=${since}`)).json).toHaveLength(10);
    expect((await call('GET', 'orders?per_page=101')).json.code).toBe('rest_invalid_param');
    expect((await call('GET', 'orders?modified_after=soon')).status).toBe(400);
    expect((await call('GET', 'orders/999999')).status).toBe(404);
    expect((await call('DELETE', `orders/${old.id}`)).json.code).toBe('rest_no_route');
  });

  it('merge metadata by key and id, and keep their status unless it is written', async () => {
    const { id } = shop.place({ attributes: { consent: 'yes' } });
    const write = (body: unknown) => call('PUT', `orders/${id}`, body);
    const value = { parcels: [{ tracking_number: 'A', status: 'in_transit' }] };
    const one = await write({ meta_data: [{ key: '_waybill', value }] });
    expect(meta(one.json, '_waybill')).toEqual([value]);
    const again = await write({ meta_data: [{ key: '_waybill', value: { parcels: [] } }] });
    expect(meta(again.json, '_waybill')).toEqual([{ parcels: [] }]);
    expect(meta(again.json, 'consent')).toEqual(['yes']);
    expect(again.json.status).toBe('processing');
    expect(again.json.meta_data[1].id).toBe(one.json.meta_data[1].id);
    expect((await write({ status: 'completed' })).json.status).toBe('completed');
    expect((await write({ status: 'gone' })).status).toBe(400);
    expect((await call('POST', `orders/${id}/notes`, { note: 'Delivered' })).status).toBe(201);
    expect((await control('GET', 'writes')).json).toMatchObject([
      { order: id, what: 'order' },
      { order: id, what: 'order' },
      { order: id, what: 'order', body: { status: 'completed' } },
      { order: id, what: 'note', body: { note: 'Delivered' } },
    ]);
  });

  it('get numbers from a plug-in, in parts, and are completed with the last item', async () => {
    const { id } = shop.place({ items: [{ sku: 'A', quantity: 2 }, { sku: 'B' }] });
    const part = {
      numbers: [{ number: 'N1', carrier: 'dhl' }],
      items: [{ sku: 'A', quantity: 1 }],
    };
    expect((await control('POST', `orders/${id}/fulfilments`, part)).status).toBe(200);
    expect((await call('GET', `orders/${id}`)).json.status).toBe('processing');
    shop.fulfil(id, {
      numbers: [{ number: 'N2', carrier: 'Own', url: 'https://own.example/N2' }, { number: 'N3' }],
    });
    shop.edit(id, { numbers: [{ number: 'N2b' }] });
    const { json: order } = await call('GET', `orders/${id}`);
    expect(order.status).toBe('completed');
    expect(meta(order, '_wc_shipment_tracking_items')).toMatchObject([
      [{ tracking_number: 'N1', tracking_provider: 'dhl' }, { tracking_number: 'N2b' }],
    ]);
  });

  it('are shipped as core Fulfillments while the feature is on', async () => {
    const { id } = shop.place({});
    expect((await call('GET', `orders/${id}/fulfillments`)).json.code).toBe('rest_no_route');
    shop.set({ fulfillments: true });
    shop.fulfil(id, { numbers: [{ number: 'N1', carrier: 'ups' }] });
    const [one] = (await call('GET', `orders/${id}/fulfillments`)).json;
    expect(meta(one, '_tracking_number')).toEqual(['N1']);
    const path = `orders/${id}/fulfillments/${one.id}`;
    const lost = await call('PUT', path, {
      status: 'delivered',
      meta_data: [{ key: '_waybill', value: 'delivered' }],
    });
    expect(lost.json.status).toBe('unfulfilled');
    expect(lost.json.meta_data.map(({ key }: { key: string }) => key)).toEqual(['_waybill']);
  });
});

describe('webhooks', () => {
  const create = (url: string, topic = 'order.updated') =>
    call('POST', 'webhooks', { topic, delivery_url: url, secret: SECRET });

  it('are pinged without a signature, and then send signed orders', async () => {
    const hook = await listen();
    const { json: webhook, status } = await create(hook.url);
    expect([status, webhook.status]).toEqual([201, 'active']);
    const [ping] = hook.webhooks;
    expect(Buffer.from(ping?.rawBody ?? []).toString()).toBe(`webhook_id=${webhook.id}`);
    expect(ping?.headers).not.toHaveProperty('x-wc-webhook-signature');

    const { json: order } = await control('POST', 'orders', { email: 'new@example.com' });
    const push = hook.webhooks[1];
    const body = Buffer.from(push?.rawBody ?? []);
    expect(JSON.parse(body.toString())).toMatchObject({ id: order.id });
    expect(push?.headers).toMatchObject({
      'x-wc-webhook-topic': 'order.updated',
      'x-wc-webhook-source': `${sandbox.origin}/woocommerce/`,
      'x-wc-webhook-signature': createHmac('sha256', SECRET).update(body).digest('base64'),
    });
    await call('PUT', `orders/${order.id}`, { meta_data: [{ key: '_waybill', value: 'x' }] });
    await sandbox.pump();
    expect(hook.webhooks).toHaveLength(3);
  });

  it('report a deleted order by its id alone', async () => {
    const hook = await listen();
    await create(hook.url, 'order.deleted');
    const { id } = shop.place({});
    expect((await control('DELETE', `orders/${id}`)).status).toBe(200);
    expect(JSON.parse(Buffer.from(hook.webhooks[1]?.rawBody ?? []).toString())).toEqual({ id });
    expect((await control('DELETE', `orders/${id}`)).status).toBe(422);
  });

  it('are disabled by the seventh failure in a row, and again by the next one', async () => {
    let answer = 500;
    const hook = await listen(({ headers }) => (headers['x-wc-webhook-id'] ? answer : 200));
    const { json: webhook } = await create(hook.url);
    const state = async () => (await call('GET', `webhooks/${webhook.id}`)).json.status;
    const order = shop.place({});
    const edit = async () => {
      shop.edit(order.id, { phone: '1' });
      await sandbox.pump();
    };
    for (let count = 0; count < 5; count += 1) await edit();
    expect(await state()).toBe('active');
    await edit();
    expect(await state()).toBe('disabled');
    await edit();
    expect(hook.webhooks).toHaveLength(1 + 7);
    await call('PUT', `webhooks/${webhook.id}`, { status: 'active' });
    await edit();
    expect(await state()).toBe('disabled');
    await call('PUT', `webhooks/${webhook.id}`, { status: 'active' });
    answer = 302;
    await edit();
    answer = 500;
    await edit();
    expect(await state()).toBe('active');
    expect((await call('DELETE', `webhooks/${webhook.id}?force=true`)).status).toBe(200);
    expect((await call('GET', 'webhooks')).json).toEqual([]);
  });

  it('stay silent about a number that a plug-in wrote into the old storage', async () => {
    const hook = await listen();
    await create(hook.url);
    const { id } = shop.place({});
    await sandbox.advance(MIN_MS);
    shop.set({ hpos: false });
    shop.fulfil(id, { numbers: [{ number: 'N1' }] });
    await sandbox.pump();
    expect(hook.webhooks).toHaveLength(2);
    const since = new Date(START_MS).toISOString().slice(0, 19);
    const changed = await call('GET', `orders?modified_after=${since}&dates_are_gmt=true`);
    expect(changed.json).toEqual([]);
  });
});

it('has faults like a carrier, of its calls and of its webhooks', async () => {
  const hook = await listen();
  await call('POST', 'webhooks', { topic: 'order.created', delivery_url: hook.url });
  sandbox.faults.add({ kind: 'push_twice' });
  shop.place({});
  await sandbox.pump();
  expect(hook.webhooks).toHaveLength(3);
  sandbox.faults.liftAll();
  sandbox.faults.add({ kind: 'push_lost' });
  shop.place({});
  await sandbox.pump();
  expect(hook.webhooks).toHaveLength(3);
  for (const [kind, status] of [
    ['outage', 503],
    ['server_errors', 500],
    ['rate_limited', 429],
  ] as const) {
    sandbox.faults.add({ kind });
    expect((await call('GET', 'orders')).status).toBe(status);
    sandbox.faults.liftAll();
  }
  expect((await control('POST', 'settings', { unknown: true })).json.error).toContain('tls');
});
