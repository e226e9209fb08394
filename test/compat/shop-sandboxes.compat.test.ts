import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type RunningSandbox,
  sandboxClock,
  startSandbox,
} from '../../src/adapters/sandbox-kit/index.ts';
import { openTestHook } from '../../src/adapters/test-sandbox.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { isGenuine } from '../../src/shops/platforms/shopify/authorization.ts';
import { platform } from '../../src/shops/platforms/shopify/index.ts';
import { sandbox as shopify } from '../../src/shops/platforms/shopify/sandbox/sandbox.ts';
import { sandbox as woocommerce } from '../../src/shops/platforms/woocommerce/sandbox/sandbox.ts';
import { installNpm } from '../support/compat/npm-packages.ts';

/** The platforms' own libraries, unmodified, against our sandboxes. Their clocks are the machine's. */
const packages = installNpm(
  '@woocommerce/woocommerce-rest-api@1.0.2',
  '@shopify/shopify-api@13.1.0',
);
afterAll(() => packages.remove());

let sandbox: RunningSandbox;
beforeAll(async () => {
  const carriers = [shopify, woocommerce];
  sandbox = await startSandbox({ carriers, clock: sandboxClock(systemClock) });
});
afterAll(() => sandbox.stop());

function shopOf(name: string) {
  const shop = sandbox.shop(name);
  if (shop === null) throw new Error(`no shop ${name}`);
  return shop;
}

// ---------------------------------------------------------------- WooCommerce

interface WooAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: {
    readonly id: number;
    readonly meta_data: readonly { readonly key: string; readonly value: unknown }[];
    readonly length?: number;
  };
}
interface WooClient {
  get(path: string, query?: object): Promise<WooAnswer>;
  put(path: string, body: object): Promise<WooAnswer>;
  post(path: string, body: object): Promise<WooAnswer>;
  delete(path: string, query: object): Promise<WooAnswer>;
}
interface WooModule {
  readonly default: new (options: object) => WooClient;
}

describe.skipIf(packages.missing !== null)('WooCommerce’s client', () => {
  const clientOf = (secret?: string) => {
    const { default: WooCommerceRestApi } = packages.load<WooModule>(
      '@woocommerce/woocommerce-rest-api',
    );
    return new WooCommerceRestApi({
      url: `${sandbox.origin}/woocommerce`,
      consumerKey: woocommerce.credentials['consumer_key'],
      consumerSecret: secret ?? woocommerce.credentials['consumer_secret'],
      version: 'wc/v3',
    });
  };

  it('signs its calls by OAuth, pages through orders and writes metadata', async () => {
    shopOf('woocommerce').set({ tls: false });
    const { id } = shopOf('woocommerce').place({ email: 'first@example.com' });
    shopOf('woocommerce').place({});
    const client = clientOf();
    const list = await client.get('orders', { per_page: 1, status: 'any', orderby: 'date' });
    expect(list.data).toHaveLength(1);
    expect(list.headers['x-wp-totalpages']).toBe('2');
    const value = { parcels: [{ tracking_number: 'N1', status: 'delivered' }] };
    const written = await client.put(`orders/${id}`, { meta_data: [{ key: '_waybill', value }] });
    expect(written.data.meta_data).toMatchObject([{ key: '_waybill', value }]);
    const note = await client.post(`orders/${id}/notes`, { note: 'Delivered' });
    expect(note.status).toBe(201);
  });

  it('gets errors that it can read', async () => {
    await expect(clientOf().get('orders/999999')).rejects.toMatchObject({
      response: { status: 404, data: { code: 'woocommerce_rest_shop_order_invalid_id' } },
    });
    await expect(clientOf('cs_other').get('orders')).rejects.toMatchObject({
      response: { status: 401, data: { code: 'woocommerce_rest_authentication_error' } },
    });
  });

  it('manages webhooks, whose deliveries are signed', async () => {
    const hook = await openTestHook();
    try {
      const wanted = { topic: 'order.created', delivery_url: hook.url, secret: 'secret1' };
      const { data } = await clientOf().post('webhooks', wanted);
      shopOf('woocommerce').place({});
      await sandbox.pump();
      const push = hook.webhooks[1];
      expect(push?.headers['x-wc-webhook-signature']).toBe(
        createHmac('sha256', 'secret1')
          .update(push?.rawBody ?? '')
          .digest('base64'),
      );
      expect((await clientOf().delete(`webhooks/${data.id}`, { force: true })).status).toBe(200);
    } finally {
      await hook.close();
    }
  });
});

// ---------------------------------------------------------------- Shopify

interface ShopifyRequest {
  readonly rawRequest: object;
  readonly rawResponse: object;
}
interface ShopifyClient {
  request(query: string, options?: object): Promise<{ readonly data: Record<string, unknown> }>;
}
interface ShopifyApi {
  readonly utils: { validateHmac(query: object): Promise<boolean> };
  readonly auth: {
    begin(given: object): Promise<{ readonly headers: Record<string, string | string[]> }>;
    callback(given: object): Promise<{ readonly session: object }>;
    clientCredentials(given: object): Promise<{ readonly session: object }>;
  };
  readonly webhooks: {
    validate(given: ShopifyRequest & { readonly rawBody: string }): Promise<object>;
  };
  readonly clients: { readonly Graphql: new (options: object) => ShopifyClient };
}
interface ShopifyModule {
  shopifyApi(config: object): ShopifyApi;
}
/** The entry for other platforms than Node.js: requests and answers are plain objects. */
interface Runtime {
  setAbstractFetchFunc(run: typeof fetch): void;
}

describe.skipIf(packages.missing !== null)('Shopify’s library', () => {
  const SHOP = 'waybill-sandbox.myshopify.com';
  const { client_id: apiKey = '', client_secret: apiSecretKey = '' } = shopify.credentials;
  let api: ShopifyApi;
  beforeAll(() => {
    packages.load('@shopify/shopify-api/adapters/web-api');
    const { shopifyApi } = packages.load<ShopifyModule>('@shopify/shopify-api');
    packages.load<Runtime>('@shopify/shopify-api/runtime').setAbstractFetchFunc((url, options) => {
      const { pathname, search } = new URL(String(url));
      return fetch(`${sandbox.origin}/shopify${pathname}${search}`, options);
    });
    api = shopifyApi({
      ...{ apiKey, apiSecretKey, apiVersion: '2026-10', hostName: 'hub.example' },
      scopes: ['read_orders', 'write_fulfillments'],
      isEmbeddedApp: false,
      logger: { level: -1 },
    });
  });

  it('validates the callback of OAuth once, and gets a token that works', async () => {
    const rawRequest = new Request('https://hub.example/begin');
    const begun: unknown = await api.auth.begin({
      ...{ shop: SHOP, callbackPath: '/back', isOnline: false, rawRequest },
    });
    if (!(begun instanceof Response)) throw new Error('no answer');
    const cookie = begun.headers.getSetCookie().map((each) => each.split(';')[0]);
    const { search } = new URL(begun.headers.get('location') ?? '');
    const page = await fetch(`${sandbox.origin}/shopify/admin/oauth/authorize${search}`);
    const [, install = ''] = /href="([^"]+install[^"]+)"/.exec(await page.text()) ?? [];
    const granted = await fetch(install.replaceAll('&#38;', '&'), { redirect: 'manual' });
    const back = granted.headers.get('location') ?? '';
    const callback = (url: string) =>
      api.auth.callback({
        rawRequest: new Request(url, { headers: { cookie: cookie.join('; ') } }),
      });
    await expect(callback(back.replace('code=', 'code=0'))).rejects.toThrow(
      'Invalid OAuth callback',
    );
    const { session } = await callback(back);
    expect(session).toMatchObject({ shop: SHOP, scope: 'read_orders,write_fulfillments' });
    await expect(callback(back)).rejects.toThrow();

    const order = shopOf('shopify').place({});
    const client = new api.clients.Graphql({ session });
    const id = `gid://shopify/Order/${order.id}`;
    const { data } = await client.request('query ($id: ID!) { order(id: $id) { name } }', {
      variables: { id },
    });
    expect(data['order']).toEqual({ name: `#${order.id}` });
  });

  it('gets a token by client credentials, and reads that it is throttled', async () => {
    const { session } = await api.auth.clientCredentials({ shop: SHOP });
    const client = new api.clients.Graphql({ session });
    sandbox.faults.add({ kind: 'rate_limited', carrier: 'shopify' });
    await expect(client.request('{ shop { name } }')).rejects.toThrow('Throttled');
    sandbox.faults.liftAll();
    expect((await client.request('{ shop { name } }')).data['shop']).toBeDefined();
  });

  it('accepts the same callbacks as the hub', async () => {
    const timestamp = Math.floor(systemClock.nowMs() / 1_000);
    const signed = (change: Record<string, string> = {}, secret = apiSecretKey) => {
      const query = new URLSearchParams({
        ...{ code: 'c~*+ ü', host: 'aG9zdA==', shop: SHOP, state: 'id.secret' },
        ...{ timestamp: String(timestamp), ...change },
      });
      query.sort();
      query.set('hmac', createHmac('sha256', secret).update(query.toString()).digest('hex'));
      return query;
    };
    const tampered = (name: string) => {
      const query = signed();
      query.set(name, `${query.get(name)}0`);
      return query;
    };
    const shop = {
      ...{ url: `https://${SHOP}`, nowMs: systemClock.nowMs },
      credentials: { client_secret: apiSecretKey },
    };
    const theirs = (query: URLSearchParams) =>
      api.utils.validateHmac(Object.fromEntries(query)).catch(() => false);
    const callbacks: readonly (readonly [boolean, URLSearchParams])[] = [
      [true, signed()],
      [true, signed({ code: 'a&b=c' })],
      [false, signed({}, 'other')],
      [false, signed({ timestamp: String(timestamp - 100) })],
      ...['code', 'shop', 'state', 'timestamp', 'hmac', 'host'].map(
        (name) => [false, tampered(name)] as const,
      ),
    ];
    for (const [isValid, query] of callbacks) {
      expect([await theirs(query), isGenuine(query, shop), `${query}`]).toEqual([
        ...[isValid, isValid, `${query}`],
      ]);
    }
  });

  it('accepts the webhooks of the sandbox, as the hub does, unless they were changed', async () => {
    const hook = await openTestHook();
    try {
      const account = { account: apiKey, url: hook.url, secret: apiSecretKey };
      sandbox.subscribe('shopify', { ...account, numbers: null });
      shopOf('shopify').privacy?.('shop/redact', null);
      await sandbox.pump();
      const [push] = hook.webhooks;
      const rawBody = Buffer.from(push?.rawBody ?? []).toString();
      const headers = new Headers(
        Object.entries(push?.headers ?? {}).flatMap(([name, value]) =>
          value === undefined || !name.startsWith('x-') ? [] : [[name, value] as const],
        ),
      );
      const validate = (body: string) => {
        const rawRequest = new Request(hook.url, { method: 'POST', headers, body });
        return api.webhooks.validate({ rawRequest, rawResponse: {}, rawBody: body });
      };
      expect(await validate(rawBody)).toMatchObject({
        ...{ valid: true, topic: 'SHOP_REDACT', domain: SHOP, apiVersion: '2026-10' },
      });
      expect(await validate(`${rawBody} `)).toMatchObject({ valid: false });
      const ours = (body: string) =>
        platform.webhook?.verify(
          { headers: push?.headers ?? {}, rawBody: Buffer.from(body) },
          [apiSecretKey],
          systemClock.nowMs(),
        ).ok;
      expect([ours(rawBody), ours(`${rawBody} `)]).toEqual([true, false]);
    } finally {
      await hook.close();
    }
  });
});
