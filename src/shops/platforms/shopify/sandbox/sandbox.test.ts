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
import { sandbox as shopify } from './sandbox.ts';

const START_MS = Date.UTC(2026, 9, 15, 10);
const { client_id = '', client_secret = '', access_token = '' } = shopify.credentials;

let sandbox: RunningSandbox;
let shop: SandboxShop;
let closers: (() => Promise<void>)[];

beforeEach(async () => {
  const clock = sandboxClock(manualClock(START_MS), { speed: 0 });
  sandbox = await startSandbox({ carriers: [shopify], clock });
  const open = sandbox.shop('shopify');
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

async function graphql(query: string, variables = {}, token = access_token, version = '2026-10') {
  const answer = await fetch(`${sandbox.origin}/shopify/admin/api/${version}/graphql.json`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-shopify-access-token': token },
    body: JSON.stringify({ query, variables }),
  });
  return { status: answer.status, headers: answer.headers, json: await answer.json() };
}

async function token(body: Readonly<Record<string, string>>) {
  const url = `${sandbox.origin}/shopify/admin/oauth/access_token`;
  const given = { client_id, client_secret, ...body };
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(given) });
  return { status: answer.status, json: await answer.json() };
}

const bodyOf = (push: WebhookRequest | undefined) =>
  JSON.parse(Buffer.from(push?.rawBody ?? []).toString());
const subscribe = (topic: string, uri: string) =>
  graphql(
    `mutation ($topic: WebhookSubscriptionTopic!, $in: WebhookSubscriptionInput!) {
      webhookSubscriptionCreate(topic: $topic, webhookSubscription: $in) {
        webhookSubscription { id topic uri } userErrors { field message }
      }
    }`,
    { topic, in: { uri, format: 'JSON' } },
  );
const EVENT = `mutation ($event: FulfillmentEventInput!) {
  fulfillmentEventCreate(fulfillmentEvent: $event) {
    fulfillmentEvent { id status message } userErrors { field message }
  }
}`;
const gid = (type: string, { id }: { id: number }) => `gid://shopify/${type}/${id}`;

describe('access', () => {
  it('is granted on a page, once for each code, and signed', async () => {
    const page = (change = {}) =>
      fetch(
        `${sandbox.origin}/shopify/admin/oauth/authorize?${new URLSearchParams({
          client_id,
          scope: 'read_orders',
          redirect_uri: 'https://hub.example/back',
          state: 'one-time',
          ...change,
        })}`,
      );
    const html = await (await page()).text();
    const install = /href="([^"]+install[^"]+)"/.exec(html)?.[1]?.replaceAll('&#38;', '&') ?? '';
    const granted = await fetch(install, { redirect: 'manual' });
    const { searchParams: query, origin } = new URL(granted.headers.get('location') ?? '');
    expect(origin).toBe('https://hub.example');
    expect(query.get('state')).toBe('one-time');
    const hmac = query.get('hmac');
    query.delete('hmac');
    query.sort();
    expect(createHmac('sha256', client_secret).update(String(query)).digest('hex')).toBe(hmac);
    expect((await fetch(install, { redirect: 'manual' })).status).toBe(404);

    const code = query.get('code') ?? '';
    const { json } = await token({ code });
    expect(json.scope).toBe('read_orders');
    expect((await token({ code })).status).toBe(400);
    expect((await token({ code, client_secret: 'other' })).json.error).toBe('invalid_client');
    const order = shop.place({});
    const parcel = shop.fulfil(order.id, { numbers: [{ number: 'N1' }] });
    const event = { fulfillmentId: gid('Fulfillment', parcel ?? order), status: 'DELIVERED' };
    const refused = await graphql(EVENT, { event }, json.access_token);
    expect(refused.json.errors[0].extensions.code).toBe('ACCESS_DENIED');
    for (const change of [
      { redirect_uri: 'http://hub.example/back' },
      { redirect_uri: 'javascript:alert(1)' },
      { state: '' },
      { client_id: 'another' },
    ]) {
      expect((await page(change)).status).toBe(400);
    }
  });

  it('comes without a person inside an organization, for a day', async () => {
    const grant = { grant_type: 'client_credentials' };
    const { json } = await token(grant);
    expect(json.expires_in).toBe(86_399);
    expect((await graphql('{ shop { name } }', {}, json.access_token)).status).toBe(200);
    await sandbox.advance(86_400_000);
    expect((await graphql('{ shop { name } }', {}, json.access_token)).status).toBe(401);
    shop.set({ same_organization: false });
    expect((await token(grant)).json.error).toBe('shop_not_permitted');
  });
});

describe('the Admin API', () => {
  it('reads orders in pages, by the time of their change, up to 60 days back', async () => {
    shop.place({ at: START_MS - 61 * 86_400_000 });
    const first = shop.place({ locale: 'de-DE', attributes: { consent: 'yes' } });
    await sandbox.advance(60_000);
    const second = shop.place({ items: [{ sku: 'A', quantity: 2 }, { sku: 'B' }] });
    const query = `query ($first: Int!, $after: String, $query: String) {
      orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
        nodes { ...parts } pageInfo { hasNextPage endCursor }
      }
    }
    fragment parts on Order { id customerLocale customAttributes { key value } shipTo: shippingAddress { zip } }`;
    const one = (await graphql(query, { first: 1 })).json.data.orders;
    expect(one.nodes).toEqual([
      {
        id: gid('Order', first),
        customerLocale: 'de-DE',
        customAttributes: [{ key: 'consent', value: 'yes' }],
        shipTo: { zip: '10115' },
      },
    ]);
    expect(one.pageInfo.hasNextPage).toBe(true);
    const two = await graphql(query, { first: 1, after: one.pageInfo.endCursor });
    expect(two.json.data.orders.nodes[0].id).toBe(gid('Order', second));
    const since = new Date(START_MS).toISOString();
    const changed = await graphql(query, { first: 9, query: `updated_at:>'${since}' status:any` });
    expect(changed.json.data.orders.nodes).toHaveLength(1);
    shop.set({ protected_data: false });
    expect((await graphql(query, { first: 1 })).json.data.orders.nodes[0].shipTo).toBeNull();
  });

  it('writes events and numbers, and reports what it does not accept', async () => {
    const order = shop.place({ items: [{ sku: 'A', quantity: 2 }] });
    const parcel = shop.fulfil(order.id, {
      numbers: [{ number: 'N1', carrier: 'DHL' }, { number: 'N2' }],
      items: [{ sku: 'A', quantity: 1 }],
    });
    const fulfillmentId = gid('Fulfillment', parcel ?? order);
    const event = (change = {}) =>
      graphql(EVENT, {
        event: {
          ...{ fulfillmentId, status: 'IN_TRANSIT', estimatedDeliveryAt: '2026-10-20T10:00:00Z' },
          ...change,
        },
      });
    const written = await event();
    expect(written.json.data.fulfillmentEventCreate).toMatchObject({
      fulfillmentEvent: { status: 'IN_TRANSIT', message: null },
      userErrors: [],
    });
    expect((await event({ status: 'PICKED_UP' })).json.errors).toHaveLength(1);
    expect((await event({ fulfillmentId: 'gid://shopify/Fulfillment/1' })).json.data).toEqual({
      fulfillmentEventCreate: { fulfillmentEvent: null, userErrors: [expect.anything()] },
    });
    const track = (trackingInfoInput: object) =>
      graphql(
        `mutation ($id: ID!, $in: FulfillmentTrackingInput!) {
          fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $in) {
            fulfillment {
              displayStatus estimatedDeliveryAt trackingInfo { company number url }
              events(first: 5) { nodes { status } } order { displayFulfillmentStatus }
            }
            userErrors { message }
          }
        }`,
        { id: fulfillmentId, in: trackingInfoInput },
      );
    const both = await track({ number: 'N1', numbers: ['N1'] });
    expect(both.json.data.fulfillmentTrackingInfoUpdate.userErrors).toHaveLength(1);
    const { json } = await track({ numbers: ['N3'], urls: ['https://hub.example/N3'] });
    expect(json.data.fulfillmentTrackingInfoUpdate.fulfillment).toEqual({
      displayStatus: 'IN_TRANSIT',
      estimatedDeliveryAt: '2026-10-20T10:00:00Z',
      trackingInfo: [{ company: null, number: 'N3', url: 'https://hub.example/N3' }],
      events: { nodes: [{ status: 'IN_TRANSIT' }] },
      order: { displayFulfillmentStatus: 'PARTIALLY_FULFILLED' },
    });
    expect(shop.writes().map(({ what }) => what)).toEqual([
      'fulfillmentEventCreate',
      'fulfillmentTrackingInfoUpdate',
    ]);
  });

  it('refuses unknown fields, broken documents, wrong tokens and versions to come', async () => {
    expect((await graphql('{ shop { secret } }')).json.errors[0].message).toContain('secret');
    expect((await graphql('{ shop { name ')).json.errors).toHaveLength(1);
    expect((await graphql('{ orders { nodes { id } } }')).json.data.orders).toBeNull();
    expect((await graphql('{ shop { name } }', {}, 'shpat_other')).status).toBe(401);
    expect((await graphql('{ shop { name } }', {}, access_token, '2027-01')).status).toBe(404);
    const old = await graphql('{ shop { name } }', {}, access_token, '2024-01');
    expect(old.headers.get('x-shopify-api-version')).toBe('2025-10');
  });

  it('throttles by points, which come back with time', async () => {
    const query =
      '{ orders(first: 200) { nodes { id customer { id } lineItems(first: 1) { nodes { id } } } } }';
    expect((await graphql(query)).json.extensions.cost).toMatchObject({
      requestedQueryCost: 801,
      throttleStatus: { currentlyAvailable: 1_199, restoreRate: 100 },
    });
    expect((await graphql(query)).json.errors).toBeUndefined();
    const { status, json } = await graphql(query);
    expect([status, json.errors[0].extensions.code]).toEqual([200, 'THROTTLED']);
    shop.set({ throttled_429: true });
    expect((await graphql(query)).status).toBe(429);
    await sandbox.advance(5_000);
    expect((await graphql(query)).json.errors).toBeUndefined();
    const huge = await graphql(
      '{ orders(first: 250) { nodes { events(first: 9) { nodes { id } } } } }',
    );
    expect(huge.json.errors[0].extensions.code).toBe('MAX_COST_EXCEEDED');
  });
});

describe('webhooks', () => {
  it('are signed, share the event’s id, and are retried with the same bytes', async () => {
    const statuses = [500, 200, 200];
    const hook = await listen(() => statuses.shift() ?? 200);
    const { json } = await subscribe('ORDERS_CREATE', hook.url);
    expect(json.data.webhookSubscriptionCreate.webhookSubscription).toMatchObject({
      topic: 'ORDERS_CREATE',
      uri: hook.url,
    });
    await subscribe('ORDERS_CREATE', `${hook.url}/2`);
    const again = await subscribe('ORDERS_CREATE', hook.url);
    expect(again.json.data.webhookSubscriptionCreate.userErrors).toHaveLength(1);
    const order = shop.place({});
    await sandbox.advance(60_000);
    const [one, other, retry] = hook.webhooks;
    expect(bodyOf(one).id).toBe(order.id);
    expect(one?.headers).toMatchObject({
      'x-shopify-topic': 'orders/create',
      'x-shopify-hmac-sha256': createHmac('sha256', client_secret)
        .update(one?.rawBody ?? '')
        .digest('base64'),
    });
    expect(other?.headers['x-shopify-event-id']).toBe(one?.headers['x-shopify-event-id']);
    expect(other?.headers['x-shopify-webhook-id']).not.toBe(one?.headers['x-shopify-webhook-id']);
    expect(retry?.headers['x-shopify-webhook-id']).toBe(one?.headers['x-shopify-webhook-id']);
    expect(retry?.rawBody).toEqual(one?.rawBody);
    shop.place({});
    await sandbox.pump();
    const nextId = hook.webhooks[3]?.headers['x-shopify-event-id'];
    expect(nextId).not.toBe(one?.headers['x-shopify-event-id']);
  });

  it('are deleted once the last of eight retries has failed', async () => {
    const hook = await listen(() => 500);
    await subscribe('ORDERS_UPDATED', hook.url);
    const { id } = shop.place({});
    shop.edit(id, { email: 'new@example.com' });
    await sandbox.advance(4 * 3_600_000);
    expect(hook.webhooks).toHaveLength(9);
    const list = await graphql('{ webhookSubscriptions(first: 5) { nodes { id } } }');
    expect(list.json.data.webhookSubscriptions.nodes).toEqual([]);
  });

  it('follow our own writes, too', async () => {
    const hook = await listen();
    await subscribe('FULFILLMENTS_UPDATE', hook.url);
    const order = shop.place({});
    const parcel = shop.fulfil(order.id, { numbers: [{ number: 'N1' }] });
    const event = { fulfillmentId: gid('Fulfillment', parcel ?? order), status: 'DELIVERED' };
    await graphql(EVENT, { event });
    await sandbox.pump();
    expect(bodyOf(hook.webhooks[0])).toMatchObject({ order_id: order.id, tracking_number: 'N1' });
  });

  it('ask for a person’s data to be erased, at the URL of the app’s configuration', async () => {
    const hook = await listen();
    const { id } = shop.place({ email: 'erase@example.com' });
    const account = { account: client_id, url: hook.url, secret: client_secret };
    sandbox.subscribe('shopify', { ...account, numbers: null });
    await fetch(`${sandbox.origin}/_control/shopify/privacy`, {
      method: 'POST',
      body: JSON.stringify({ topic: 'customers/redact', order: id }),
    });
    expect(hook.webhooks[0]?.headers['x-shopify-topic']).toBe('customers/redact');
    expect(bodyOf(hook.webhooks[0])).toMatchObject({
      customer: { email: 'erase@example.com' },
      orders_to_redact: [id],
    });
  });
});
