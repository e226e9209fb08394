import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FOLDER_PLACE } from '../../../intake/index.ts';
import { openFolderStore } from '../../../platform/objects/folder-store.ts';
import { sandbox as woocommerce } from '../../../shops/platforms/woocommerce/sandbox/sandbox.ts';
import type { ShopWork } from '../../../shops/start-shops.ts';
import { startTestShops, type TestShops } from '../../../shops/test-shops.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { openTestDesk, type TestDesk } from '../kit/test-desk.ts';

/** The pages about shops, with the sandbox as the shop. */
let shops: TestShops;
let work: ShopWork;
let desk: TestDesk;
let call: Caller;
beforeEach(async () => {
  shops = await startTestShops(woocommerce);
  shops.shop.set({ tls: false });
  work = shops.startWork();
  desk = await openTestDesk(shops.hub, shops.hub.members);
  const { text } = await shops.hub.newKey({ merchant: 'default', mode: 'test' });
  call = callerOf(shops.hub, text);
});
afterEach(() => shops.close());

const folder = mkdtempSync(join(os.tmpdir(), 'waybill-shop-pages-'));
const store = openFolderStore({ folder });
afterAll(() => rmSync(folder, { recursive: true }));

const AT = '/console/shops';
const visit = (path: string, form?: Record<string, string>) => desk.visit(path, desk.owner, form);
/** What a page shows as text. */
const textOf = (html: string) => html.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');

async function settle(): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    shops.advance(1_000);
    await shops.sandbox.pump();
    await work.idle();
  }
}

const wanted = (more: Record<string, string> = {}) => ({
  platform: 'woocommerce',
  url: shops.shopUrl,
  order_notes: 'yes',
  ...more,
});
const keys = () =>
  Object.fromEntries(
    Object.entries(woocommerce.credentials).map(([name, value]) => [`credential.${name}`, value]),
  );

/** Connects with keys; returns the path of the shop's page. */
async function connect(): Promise<string> {
  const { headers, text } = await visit(AT, { ...wanted(), ...keys() });
  const path = headers.get('location')?.split('?')[0];
  expect(path, text).toMatch(/^\/console\/shops\/[0-9a-f-]{36}$/);
  return path ?? '';
}

describe('connecting', () => {
  it('goes through the shop’s own page and comes back to what was found', async () => {
    const order = shops.shop.place({ phone: '030 5550100 or 030 5550101' });
    shops.shop.fulfil(order.id, { numbers: [{ number: 'JD014600000000001', carrier: 'dhl' }] });
    const wrong = shops.shop.place({});
    shops.shop.fulfil(wrong.id, { numbers: [{ number: '1Z999AA10123456785', carrier: 'ups' }] });
    shops.shop.place({});
    const chosen = await visit(`${AT}?platform=woocommerce`);
    expect(textOf(chosen.text)).toContain('Connect WooCommerce');
    const { headers } = await visit(AT, wanted());
    const path = headers.get('location') ?? '';
    const waiting = await visit(path);
    const to = /href="([^"]*wc-auth[^"]*)"/.exec(waiting.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const consent = await (await fetch(to)).text();
    const yes = /href="([^"]+)">Approve/.exec(consent)?.[1]?.replaceAll('&#38;', '&') ?? '';
    const back = await fetch(yes, { redirect: 'manual' });
    const returned = new URL(back.headers.get('location') ?? '');
    expect(returned.origin + returned.pathname).toBe(shops.hub.url + path);
    const connected = await visit(returned.pathname + returned.search);
    expect(textOf(connected.text)).toContain('The shop is connected.');
    await settle();
    const { text: page } = await visit(path);
    const found = textOf(page);
    expect(found).toContain('3 orders with 2 parcels.');
    expect(found).toContain('1 order has no tracking number yet.');
    expect(found).toMatch(/recipient\.phone : .* \(1 order, last \d+\)/);
    expect(found).toMatch(/look wrong: tracking_number : .*check digit.* \(1 order, last \d+\)/);
    expect(found).toContain(`${order.id}`);
    const [, parcel = ''] = /href="([^"]+)"[^>]*>(?:<[^>]*>)*JD014600000000001/.exec(page) ?? [];
    expect(textOf((await visit(parcel)).text)).toContain('recipient.phone : It cannot be used.');
    const onlyWaiting = textOf((await visit(`${path}?show=waiting`)).text);
    expect(onlyWaiting).toContain('waits for a tracking number');
    expect(onlyWaiting).not.toContain('JD014600000000001');
  });

  it('adds an order to another customer’s parcel only when somebody says so', async () => {
    const numbers = [{ number: 'JD014600000000001', carrier: 'dhl' }];
    const orders = ['anna@example.com', 'ben@example.com'].map((email) =>
      shops.shop.place({ email }),
    );
    for (const { id } of orders) shops.shop.fulfil(id, { numbers });
    const path = await connect();
    await settle();
    const inParcel = async () => {
      const { data } = (await call('GET', '/v1/shipments')).body as {
        data: { order_ids: string[] }[];
      };
      return data.map(({ order_ids }) => order_ids.length);
    };
    expect(await inParcel()).toEqual([1]);
    const { text } = await visit(`${path}?show=problems`);
    const waiting = /name="order" value="(\d+)"/.exec(text)?.[1] ?? '';
    expect(textOf(text)).toContain('Same parcel');
    const { headers } = await visit(path, { do: 'same_parcel', order: waiting });
    expect(await inParcel()).toEqual([2]);
    const confirmed = textOf((await visit(headers.get('location') ?? '')).text);
    expect(confirmed).toContain('is now in the parcel of the other order');
    expect(confirmed).not.toContain('Same parcel');
    expect(confirmed.match(/JD014600000000001/g)).toHaveLength(2);
  });

  it('says that the permission was refused, or not given in time, and asks again', async () => {
    const path = (await visit(AT, wanted())).headers.get('location') ?? '';
    const denied = await visit(`${path}?success=0&user_id=x`);
    expect(textOf(denied.text)).toContain('The connection was not allowed in the shop.');
    shops.advance(3_600_001);
    expect(textOf((await visit(path)).text)).toContain('not allowed in the shop within an hour');
    await visit(path, { do: 'permission' });
    expect((await visit(path)).text).toContain('wc-auth');
  });

  it.each([
    ['http://10.0.0.7/shop', 'It begins with http://', 'WAYBILL_EGRESS_ALLOW'],
    ['https://10.0.0.7/shop', '10.0.0.7 has a private', 'WAYBILL_EGRESS_ALLOW'],
    ['ftp://shop.example', 'It is no URL of a shop.', 'such as https://shop.example'],
  ])('says what is wrong with %s, and how to mend it', async (url, reason, fix) => {
    const page = await visit(AT, wanted({ url }));
    expect(page.status).toBe(422);
    expect(textOf(page.text)).toContain(reason);
    expect(textOf(page.text)).toContain(fix);
    expect(page.text).toContain(`value="${url}"`);
    const api = await call('POST', '/v1/shops', { platform: 'woocommerce', url });
    expect(api.body['errors']).toEqual([
      {
        pointer: '/url',
        reason: expect.stringContaining(reason),
        fix: expect.stringContaining(fix),
      },
    ]);
  });

  it('shows wrong keys at their field, and keeps no key in the page', async () => {
    const page = await visit(AT, { ...wanted(), ...keys(), 'credential.consumer_secret': 'cs_no' });
    expect(page.status).toBe(422);
    expect(textOf(page.text)).toContain('answered 401');
    expect(page.text).not.toContain('cs_no');
  });

  it('shows the secret of a generic shop once, and makes a new one', async () => {
    const url = 'https://shop.example/hook';
    const made = await visit(AT, { platform: 'generic', url });
    const secret = /whsec_[\w+/=]+/.exec(made.text)?.[0];
    const path = /\/console\/shops\/[0-9a-f-]{36}/.exec(made.text)?.[0] ?? '';
    expect(made.text).toMatch(/\/webhooks\/shop\/[0-9a-f-]{36}/);
    expect((await visit(path)).text).not.toContain('whsec_');
    const renewed = /whsec_[\w+/=]+/.exec((await visit(path, { do: 'secret' })).text)?.[0];
    expect([typeof secret, typeof renewed, secret === renewed]).toEqual([
      'string',
      'string',
      false,
    ]);
  });
});

describe('files of orders', () => {
  const url = 'https://shop.example/hook';
  const connectGeneric = async () => {
    const made = await visit(AT, { platform: 'generic', url });
    return /\/console\/shops\/[0-9a-f-]{36}/.exec(made.text)?.[0] ?? '';
  };

  it('have a folder, columns and a result on the page of a shop that may write them', async () => {
    await shops.close();
    shops = await startTestShops(woocommerce, { places: [{ ...FOLDER_PLACE, store }] });
    desk = await openTestDesk(shops.hub, shops.hub.members);
    const path = await connectGeneric();
    const id = path.slice(path.lastIndexOf('/') + 1);
    const empty = textOf((await visit(path)).text);
    expect(empty).toContain(`default/test/shops/${id}/`);
    expect(empty).toContain('id, ordered_at, number,');
    expect(empty).toContain('No file has arrived yet.');
    // Where the folder is on the machine concerns its operators only.
    expect(empty).not.toContain(folder);
    const { tenant } = await shops.hub.newKey({ merchant: 'default', mode: 'test' });
    const row = {
      ...{ id: '0195a000-0000-7000-8000-000000000001', merchant_id: tenant.merchantId },
      ...{ mode: 'test', place: store.name, name: `shops/${id}/orders.csv`, version: '1' },
      ...{ size_bytes: 90, state: 'done', rows: 3, accepted: 2, rejected: 1 },
      ...{ filed_name: `shops/${id}/orders.csv`, due_at: new Date(), last_seen_at: new Date(0) },
      finished_at: new Date(0),
    };
    const names = Object.keys(row);
    await shops.hub.db.pipeline.query(
      `insert into drops (${names.join(', ')}) values (${names.map((_, nr) => `$${nr + 1}`).join(', ')})`,
      Object.values(row),
    );
    const page = textOf((await visit(path)).text);
    expect(page).toMatch(/orders\.csv done .*3 rows: 2 accepted, 1 rejected\./);
    expect(page).toContain(`Moved to done/shops/${id}/orders.csv. The rejected rows`);
    await visit(path, { do: 'settings', mapping: 'id: key' });
    expect(textOf((await visit(path)).text)).toContain('key, ordered_at, number,');
  });

  it('cannot be dropped without a folder, and the page says how to set one up', async () => {
    const page = textOf((await visit(await connectGeneric())).text);
    expect(page).toContain('No drop folder is set up');
    expect(page).toContain('WAYBILL_DROPS');
    const connected = textOf((await visit(await connect())).text);
    expect(connected).not.toContain('Orders from CSV files');
  });
});

it('lists platforms by name, and any other shop last', async () => {
  const names = [...(await visit(AT)).text.matchAll(/<h3>([^<]+)<\/h3>/g)].map(([, name]) => name);
  expect(names).toEqual([
    ...['BigCommerce', 'Shopify', 'Shopware 6', 'WooCommerce', 'Any other shop'],
  ]);
  expect((await visit(AT)).text).toContain('You enter the address to which statuses are posted.');
  // A link is called as the page that it opens.
  expect((await visit(AT)).text).toMatch(/platform=generic" aria-label="Connect another shop"/);
  expect((await visit(`${AT}?platform=generic`)).text).toContain('<h1>Connect another shop</h1>');
});

describe('a connected shop', () => {
  it('shows what was written and what was not, with the reason, also on the parcel’s page', async () => {
    const path = await connect();
    const order = shops.shop.place({});
    shops.shop.fulfil(order.id, { numbers: [{ number: 'JD014600000000001', carrier: 'dhl' }] });
    await settle();
    const { body } = await call('GET', '/v1/shipments');
    const [{ id }] = body['data'] as [{ id: string }];
    await call('POST', `/v1/shipments/${id}/status`, { status: 'picked_up' });
    await settle();
    shops.shop.cancel(order.id);
    await settle();
    await call('POST', `/v1/shipments/${id}/status`, { status: 'in_transit' });
    await settle();
    for (const page of [path, `/console/shipments/${id}`]) {
      const text = textOf((await visit(page)).text);
      expect(text).toContain('Enamel mug');
      expect(text).toMatch(/picked up written/);
      expect(text).toMatch(/in transit not written the order was cancelled/);
    }
  });

  it('may have a name and colour of its own for its customers', async () => {
    const path = await connect();
    const order = shops.shop.place({});
    const parcel = { trackingNumber: 'JD014600000000001', carrier: 'dhl' };
    const { trackingNumber: number, carrier } = parcel;
    shops.shop.fulfil(order.id, { numbers: [{ number, carrier }] });
    await settle();
    const { tenant } = await shops.hub.newKey({ merchant: 'default', mode: 'test' });
    expect(await shops.hub.shops.brandOf(tenant, parcel)).toEqual({});
    shops.advance(5_000);
    await visit(path, { do: 'settings', brand_name: 'Corner Shop', brand_color: '#8a1c5b' });
    const brand = { name: 'Corner Shop', color: '#8a1c5b' };
    expect(await shops.hub.shops.brandOf(tenant, parcel)).toEqual(brand);
    expect(await shops.hub.shops.brandOf(shops.tenant, parcel)).toEqual({});
    const { body } = await call('GET', '/v1/shipments');
    const [{ id }] = body['data'] as [{ id: string }];
    const items = [expect.objectContaining({ name: 'Enamel mug', quantity: 1 })];
    const expected = { number: String(order.id), items, brand };
    expect(await shops.hub.shops.orderOf(tenant, id)).toEqual(expected);
    expect(await shops.hub.shops.orderOf(shops.tenant, id)).toBeNull();
    const wrong = await visit(path, { do: 'settings', brand_color: 'pink' });
    expect([wrong.status, textOf(wrong.text).includes('#')]).toEqual([422, true]);
  });

  it('says what fails and how to mend it, and takes new keys', async () => {
    const path = await connect();
    await settle();
    shops.sandbox.faults.add({ kind: 'outage' });
    shops.advance(16 * 60_000);
    await settle();
    const failing = textOf((await visit(path)).text);
    expect(failing).toContain('The last call failed:');
    expect(failing).toContain('Waybill tries again by itself.');
    shops.sandbox.faults.liftAll();
    expect((await visit(path, { do: 'credentials', ...keys() })).status).toBe(303);
    expect(textOf((await visit(path)).text)).not.toContain('The last call failed:');
  });

  it('is changed, paused, resumed and disconnected', async () => {
    const path = await connect();
    expect((await visit(path)).text).toMatch(/name="order_notes" value="yes" checked/);
    await visit(path, { do: 'settings', delivered_status: 'completed' });
    const changed = (await visit(path)).text;
    expect(changed).not.toMatch(/name="order_notes" value="yes" checked/);
    expect(changed).toContain('value="completed"');
    await visit(path, { do: 'settings' });
    expect((await visit(path)).text).not.toContain('value="completed"');
    await visit(path, { do: 'pause' });
    expect(textOf((await visit(AT)).text)).toContain('paused');
    await visit(path, { do: 'resume' });
    expect(textOf((await visit(AT)).text)).not.toContain('paused');
    expect((await visit(path, { do: 'remove' })).headers.get('location')).toBe(
      `${AT}?done=removed`,
    );
    expect((await visit(path)).status).toBe(404);
  });

  it('is for those who may change settings only', async () => {
    const path = await connect();
    const support = await desk.member('support@shop.example', 'support');
    for (const page of [AT, path]) expect((await desk.visit(page, support)).status).toBe(403);
    expect((await desk.visit(path, support, { do: 'remove' })).status).toBe(403);
  });
});
