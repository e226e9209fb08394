import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openTestHook } from '../../../adapters/test-sandbox.ts';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { standardHeaders } from '../../../kernel/wire/standard-webhooks.ts';
import type { ShopWork } from '../../start-shops.ts';
import { startTestShops, type TestShops } from '../../test-shops.ts';
import { sandbox as woocommerce } from '../woocommerce/sandbox/sandbox.ts';
import { readMapping } from './mapping.ts';
import { webhook } from './verify.ts';

/** Signed JSON to the hub, and signed statuses back to the shop. */
let shops: TestShops;
let work: ShopWork;
let call: Caller;
let hook: Awaited<ReturnType<typeof openTestHook>>;

beforeEach(async () => {
  shops = await startTestShops(woocommerce);
  work = shops.startWork();
  call = callerOf(shops.hub, shops.key);
  hook = await openTestHook();
});
afterEach(async () => {
  await hook.close();
  await shops.close();
});

interface Connected {
  readonly id: string;
  readonly webhook_url: string;
  readonly webhook_secret: string;
}

async function connect(mapping?: string): Promise<Connected> {
  const settings = mapping === undefined ? {} : { settings: { mapping } };
  const answer = await call('POST', '/v1/shops', {
    ...{ platform: 'generic', url: hook.url, ...settings },
  });
  expect(answer.body, answer.text).toMatchObject({ status: 'connected' });
  const text = (name: keyof Connected) => String(answer.body[name]);
  return {
    id: text('id'),
    webhook_url: text('webhook_url'),
    webhook_secret: text('webhook_secret'),
  };
}

async function send({ webhook_url: url, webhook_secret: secret }: Connected, value: unknown) {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const { headers, body } = webhook.sign(text, secret, shops.hub.clock.nowMs());
  const answer = await fetch(url, { method: 'POST', headers, body });
  await work.idle();
  return answer.status;
}

async function parcels() {
  const { body } = await call('GET', '/v1/shipments');
  return body['data'] as { id: string; tracking_number: string; order_ids: string[] }[];
}

const order = (numbers: readonly string[]) => ({
  id: 'A-1',
  number: '2001',
  ordered_at: new Date(shops.hub.clock.nowMs()).toISOString(),
  recipient: { name: 'A. Example', email: 'a@example.com', locale: 'de' },
  destination: { postal_code: '10115', country: 'DE' },
  parcels: numbers.map((each) => ({ tracking_number: each, carrier: 'dhl' })),
});

it('registers the parcels of a signed order and posts each status, signed', async () => {
  const shop = await connect();
  expect(await send(shop, order(['JD014600000000001']))).toBe(200);
  const [parcel] = await parcels();
  expect(parcel).toMatchObject({ tracking_number: 'JD014600000000001', order_ids: ['2001'] });
  await call('POST', `/v1/shipments/${parcel?.id}/status`, { status: 'picked_up' });
  await work.idle();
  const [posted] = hook.webhooks;
  const body = Buffer.from(posted?.rawBody ?? []);
  expect(JSON.parse(body.toString())).toMatchObject({
    order_id: 'A-1',
    tracking_number: 'JD014600000000001',
    parcels: [{ status: 'picked_up' }],
  });
  const verdict = webhook.verify(
    { headers: posted?.headers ?? {}, rawBody: body },
    [shop.webhook_secret],
    shops.hub.clock.nowMs(),
  );
  expect(verdict).toEqual({ ok: true, trust: 'signed' });
  expect(hook.webhooks).toHaveLength(1);
});

it('keeps all digits of a number without quotes, and all that is readable beside an odd member', async () => {
  const shop = await connect();
  const odd = {
    ...order(['996003263000037805']),
    recipient: { email: 'a@example.com', locale: 'de_DE', phone: '030 1234567, 0171 12345678' },
    destination: { postal_code: '10115', country: 'Germany', city: { name: 'Berlin' }, line2: [] },
  };
  await send(shop, JSON.stringify(odd).replace('"996003263000037805"', '996003263000037805'));
  const [parcel] = await parcels();
  expect(parcel?.tracking_number).toBe('996003263000037805');
  expect((await call('GET', `/v1/shipments/${parcel?.id}`)).body).toMatchObject({
    recipient: { email: 'a@example.com', locale: 'de-DE' },
    destination: { postal_code: '10115', country: 'DE' },
  });
  shops.advance(1);
  await send(shop, {
    ...odd,
    id: 'A-2',
    parcels: [{ tracking_number: '996003263000037806', carrier: 'dhl' }],
  });
  const health = async () => (await call('GET', `/v1/shops/${shop.id}`)).body['health'];
  expect(await health()).toMatchObject({
    left_out: expect.arrayContaining([
      expect.objectContaining({ field: 'destination.city', orders: 2 }),
      expect.objectContaining({ field: 'recipient.phone', orders: 2, last_order_id: 'A-2' }),
    ]),
  });
  shops.advance(8 * 24 * 3_600_000);
  expect(await health()).toMatchObject({ left_out: [] });
});

it('registers no note in the place of a number, and names the order', async () => {
  const shop = await connect();
  await send(shop, order(['N/A', '-', 'picked up by customer', 'JD014600000000001']));
  expect(await parcels()).toMatchObject([{ tracking_number: 'JD014600000000001' }]);
  const { health } = (await call('GET', `/v1/shops/${shop.id}`)).body as {
    health: { problems: number; refused: object[] };
  };
  expect(health.problems).toBe(3);
  expect(health.refused).toHaveLength(3);
  expect(health.refused[0]).toMatchObject({
    order_id: 'A-1',
    reason: expect.stringContaining('note'),
  });
});

it('warns of numbers that look wrong, and registers them', async () => {
  const shop = await connect();
  const parcelsOf = (number: string, carrier: string) => ({
    ...order([]),
    id: number,
    parcels: [{ tracking_number: number, carrier }],
  });
  await send(shop, parcelsOf('1Z999AA10123456785', 'UPS'));
  await send(shop, parcelsOf('1Z999AA10123456784', 'UPS'));
  expect(await parcels()).toHaveLength(2);
  const { body } = await call('GET', `/v1/shops/${shop.id}`);
  expect(body['health']).toMatchObject({
    left_out: [],
    problems: 0,
    number_warnings: [
      {
        reason: expect.stringContaining('check digit'),
        fix: expect.stringContaining('printed'),
        orders: 1,
        last_order_id: '1Z999AA10123456785',
      },
    ],
  });
});

it('joins no two customers’ orders by a number until somebody says that it is one parcel', async () => {
  const shop = await connect();
  await send(shop, order(['JD014600000000001']));
  const other = {
    ...order(['JD014600000000001']),
    id: 'A-2',
    number: '2002',
    recipient: { email: 'b@example.com' },
  };
  await send(shop, other);
  expect(await parcels()).toMatchObject([{ order_ids: ['2001'] }]);
  const health = async () => (await call('GET', `/v1/shops/${shop.id}`)).body['health'];
  expect(await health()).toMatchObject({
    problems: 1,
    refused: [{ order_id: 'A-2', reason: expect.stringContaining('2001') }],
  });
  const confirmed = await call('POST', '/v1/shipments', {
    carrier: 'dhl',
    tracking_number: 'JD014600000000001',
    order_id: '2002',
    same_parcel: true,
  });
  expect(confirmed.status).toBe(200);
  shops.advance(1_000);
  await send(shop, other);
  expect(await parcels()).toMatchObject([{ order_ids: ['2001', '2002'] }]);
  expect(await health()).toMatchObject({ problems: 0, refused: [] });
});

it('is compared, so that its page waits for nothing, although it cannot be read', async () => {
  const { id } = await connect();
  await work.idle();
  const { body } = await call('GET', `/v1/shops/${id}`);
  expect(body['health']).toMatchObject({ compared_until: expect.any(String) });
});

it('makes a dead letter of an event that a fault keeps from being stored, and goes on', async () => {
  const shop = await connect();
  const open = shops.hub.shops.open;
  const readEvent = () => {
    throw new Error('a fault of the platform');
  };
  const spy = vi.spyOn(shops.hub.shops, 'open').mockImplementation(async (id) => {
    const opened = await open(id);
    return opened && { ...opened, platform: { ...opened.platform, readEvent } };
  });
  expect(await send(shop, order(['JD014600000000001']))).toBe(200);
  spy.mockRestore();
  expect(await send(shop, order(['JD014600000000002']))).toBe(200);
  expect(await parcels()).toMatchObject([{ tracking_number: 'JD014600000000002' }]);
  const { rows } = await shops.hub.db.pipeline.query(
    "select fate_reason as reason from inbound_messages where kind = 'shop' and fate = 'dead'",
  );
  expect(rows).toEqual([{ reason: 'storing it failed: a fault of the platform' }]);
});

it('reads bodies of other shapes by a mapping, and refuses one that it cannot use', async () => {
  const shop = await connect(
    'orders: data.list\nid: key\nordered_at: when\nparcels: boxes\ntracking_number: code\n',
  );
  const when = new Date(shops.hub.clock.nowMs()).toISOString();
  const list = [{ key: 7, when, boxes: [{ code: '9400111202555842332607' }] }];
  expect(await send(shop, { data: { list } })).toBe(200);
  expect(await parcels()).toMatchObject([{ order_ids: ['7'] }]);
  const wrong = (mapping: string) =>
    call('POST', '/v1/shops', { platform: 'generic', url: hook.url, settings: { mapping } });
  expect((await wrong('idd: x')).text).toContain('idd');
  expect((await wrong('[')).status).toBe(422);
});

it('ignores replays and what was overtaken, and refuses what is forged, stale or of another shop', async () => {
  const shop = await connect();
  const sign = (value: unknown) =>
    webhook.sign(JSON.stringify(value), shop.webhook_secret, shops.hub.clock.nowMs());
  const post = (headers: Record<string, string>, body: string) =>
    fetch(shop.webhook_url, { method: 'POST', headers, body });
  const first = sign(order(['JD014600000000001']));
  expect((await post(first.headers, first.body)).status).toBe(200);
  shops.advance(60_000);
  const second = sign(order(['JD014600000000002']));
  expect((await post(second.headers, second.body)).status).toBe(200);
  expect((await post(first.headers, first.body)).status).toBe(200);
  await work.idle();
  const { rows } = await shops.hub.db.owner.query(
    'select count(*)::int as n from shop_parcels where removed_at is null',
  );
  expect(rows).toEqual([{ n: 1 }]);
  expect((await post(second.headers, `${second.body} `)).status).toBe(401);
  const sentMs = shops.hub.clock.nowMs();
  const other = standardHeaders({ id: '1', sentMs, body: second.body }, [Buffer.from('key')]);
  expect((await post(other, second.body)).status).toBe(401);
  shops.advance(6 * 60_000);
  expect((await post(second.headers, second.body)).status).toBe(401);
});

it('can use every mapping of the documentation', () => {
  const text = readFileSync(new URL('../../../../docs/shops.md', import.meta.url), 'utf8');
  const mappings = [...text.matchAll(/```yaml\n([^`]+)```/g)].map(([, yaml = '']) => yaml);
  expect(mappings).toHaveLength(3);
  for (const yaml of mappings) expect(readMapping(yaml)).toMatchObject({ mapping: {} });
});

it('names nobody who could get messages if the order forbids them, or its consent is unreadable', async () => {
  const shop = await connect();
  const consents = [true, null, [], 'Yes', false, 'false', 'no', 0, 'nein', {}];
  for (const [index, consent] of consents.entries()) {
    shops.advance(1);
    const numbers = [`JD01460000000010${index}`];
    await send(shop, {
      ...order(numbers),
      id: `A-${index}`,
      number: `${index}`,
      allows_messages: consent,
    });
  }
  const named = await Promise.all(
    (await parcels()).map(async ({ id, order_ids: [place = ''] }) => {
      const { recipient } = (await call('GET', `/v1/shipments/${id}`)).body;
      return (recipient as { email?: string }).email ? [Number(place)] : [];
    }),
  );
  expect(named.flat().sort()).toEqual([0, 1, 2, 3]);
  expect((await call('GET', `/v1/shops/${shop.id}`)).body['health']).toMatchObject({
    left_out: [{ field: 'allows_messages', orders: 2, last_order_id: 'A-9' }],
  });
});
