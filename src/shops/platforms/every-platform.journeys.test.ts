import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadShopSandboxes } from '../../adapters/sandbox-kit/index.ts';
import { type Caller, callerOf } from '../../http/testing/test-client.ts';
import type { ShopWork } from '../start-shops.ts';
import { startTestShops, type TestShops } from '../test-shops.ts';

/** What a merchant sees is the same on every platform with a sandbox. */
const STATUSES = ['picked_up', 'in_transit', 'out_for_delivery', 'delivered'];
/** Longer than between two comparisons with any shop. */
const COMPARED_MS = 16 * 60_000;

describe.each(await loadShopSandboxes())('$displayName', (sandbox) => {
  let shops: TestShops;
  let work: ShopWork;
  let call: Caller;

  beforeEach(async () => {
    shops = await startTestShops(sandbox);
    if (shops.shop.set({})?.['tls'] !== undefined) shops.shop.set({ tls: false });
    work = shops.startWork();
    call = callerOf(shops.hub, shops.key);
  });
  afterEach(() => shops.close());

  const create = (credentials: Record<string, string>) =>
    call('POST', '/v1/shops', { platform: sandbox.name, url: shops.shopUrl, credentials });

  async function connect(): Promise<string> {
    const answer = await create(sandbox.credentials);
    expect(answer.text).toContain('"status":"connected"');
    return String(answer.body['id']);
  }

  async function settle(): Promise<void> {
    for (let round = 0; round < 3; round += 1) {
      shops.advance(round === 0 ? COMPARED_MS : 1_000);
      await shops.sandbox.pump();
      await work.idle();
    }
  }

  async function parcels() {
    const { body } = await call('GET', '/v1/shipments?limit=200');
    const found = body['data'] as { id: string; tracking_number: string; carrier: string }[];
    return found.sort((one, other) => (one.tracking_number < other.tracking_number ? -1 : 1));
  }

  async function setStatus(id: string | undefined, status: string): Promise<void> {
    const answer = await call('POST', `/v1/shipments/${id}/status`, { status });
    expect(answer.status, answer.text).toBeLessThan(300);
    await settle();
  }

  /** The status words in what was written about an order, in order. */
  const written = (orderId: number) =>
    shops.shop
      .writes()
      .filter((write) => write.orderId === orderId)
      .flatMap(({ body }) => {
        const text = JSON.stringify(body).toLowerCase();
        return STATUSES.filter((status) => text.includes(status));
      });
  const number = (nr: number) => ({ number: `JD01460000000000${nr}`, carrier: 'DHL' });

  it('registers the parcels of split orders, and those of edited ones', async () => {
    const id = await connect();
    const order = shops.shop.place({ items: [{ sku: 'A' }, { sku: 'B' }], locale: 'de-DE' });
    await settle();
    const health = async () => (await call('GET', `/v1/shops/${id}`)).body['health'];
    expect(await health()).toMatchObject({ orders: 1, waiting: 1, parcels: 0 });
    shops.shop.fulfil(order.id, { numbers: [number(1)], items: [{ sku: 'A', quantity: 1 }] });
    shops.shop.fulfil(order.id, { numbers: [number(2), number(3)] });
    await settle();
    shops.shop.edit(order.id, { numbers: [number(2), number(4)] });
    await settle();
    const found = (await parcels()).map((each) => [each.carrier, each.tracking_number]);
    expect(found).toEqual([1, 2, 3, 4].map((nr) => ['dhl', number(nr).number]));
    expect(await health()).toMatchObject({ orders: 1, waiting: 0, parcels: 4, problems: 0 });
  });

  it('writes each status once and in order, also after an outage, until a cancellation', async () => {
    const id = await connect();
    const order = shops.shop.place({});
    shops.shop.fulfil(order.id, { numbers: [number(1)] });
    await settle();
    const [parcel] = await parcels();
    await setStatus(parcel?.id, 'picked_up');
    for (const kind of ['outage', 'rate_limited', 'server_errors'] as const) {
      shops.sandbox.faults.add({ kind });
    }
    await setStatus(parcel?.id, 'in_transit');
    expect(written(order.id)).toEqual(['picked_up']);
    shops.sandbox.faults.liftAll();
    await settle();
    await setStatus(parcel?.id, 'out_for_delivery');
    await settle();
    shops.shop.cancel(order.id);
    await settle();
    await setStatus(parcel?.id, 'delivered');
    expect(written(order.id)).toEqual(STATUSES.slice(0, 3));
    const { body } = await call('GET', `/v1/shops/${id}/writes`);
    const [last, ...sent] = body['data'] as { state: string; reason: string | null }[];
    expect(last).toMatchObject({ state: 'not_sent', reason: 'the order was cancelled' });
    expect(sent.map(({ state }) => state)).toEqual(['sent', 'sent', 'sent']);
  });

  it('answers a browser without a permission that is waited for by a page', async () => {
    const at = `${shops.hub.url}/webhooks/shop/${sandbox.name}/authorization?state=not-ours`;
    const inBrowser = { headers: { accept: 'text/html' } };
    const versioned = at.replace('/webhooks', '/v1/webhooks');
    for (const asked of [fetch(at), fetch(versioned, inBrowser)]) {
      expect((await asked).headers.get('content-type')).toBe('application/problem+json');
    }
    const page = await fetch(at, inBrowser);
    const html = await page.text();
    expect([page.status, html.includes('The shop was not connected')]).toEqual([401, true]);
    expect(html).not.toContain('not-ours');
  });

  it('refuses wrong credentials, and can be disconnected', async () => {
    const names = Object.keys(sandbox.credentials);
    const wrong = Object.fromEntries(names.map((name) => [name, 'wrong']));
    expect((await create(wrong)).status).toBe(422);
    const id = await connect();
    expect((await call('DELETE', `/v1/shops/${id}`)).status).toBe(204);
    const active = shops.sandbox.subscriptions(sandbox.name).filter(({ state }) => {
      return state === 'active';
    });
    expect(active).toEqual([]);
  });
});
