import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STATUSES } from '../../../kernel/status.ts';
import type { ReceivedEvent, WrittenParcel } from '../../contract.ts';
import { isGenuine } from './authorization.ts';
import { mergeStatus } from './merge-status.ts';
import { parseOrder, readEvent } from './parse.ts';
import { sandbox as shopify } from './sandbox/sandbox.ts';
import { SCOPES } from './scopes.ts';

const SHOP = 'https://waybill-sandbox.myshopify.com';
const { client_id = '', client_secret = '' } = shopify.credentials;
const APP = { client_id, client_secret };

describe('an event', () => {
  const event = (topic: string, body: unknown, headers = {}): ReceivedEvent => ({
    headers: { 'x-shopify-topic': topic, ...headers },
    text: JSON.stringify(body),
    settings: {},
    shopUrl: SHOP,
  });

  it('causes its order to be read, once for each id of an event', () => {
    const ids = { 'x-shopify-event-id': 'e1', 'x-shopify-webhook-id': 'w1' };
    expect(readEvent(event('orders/updated', { id: 7 }, ids))).toEqual({
      ...{ kind: 'changed', orderId: '7', eventId: 'orders/updated e1' },
    });
    expect(readEvent(event('fulfillments/create', { id: 1, order_id: 7 }))).toEqual({
      ...{ kind: 'changed', orderId: '7', eventId: null },
    });
    expect(readEvent(event('orders/create', { id: '7;drop' })).kind).toBe('unreadable');
    expect(readEvent(event('products/create', { id: 7 })).kind).toBe('ignored');
  });

  it('erases what its own shop demands to erase', () => {
    const demand = { shop_domain: 'waybill-sandbox.myshopify.com', orders_to_redact: [7, '8', {}] };
    expect(readEvent(event('customers/redact', demand))).toEqual({
      ...{ kind: 'erase', orderIds: ['7', '8'] },
    });
    expect(readEvent(event('shop/redact', demand))).toEqual({ kind: 'erase', orderIds: null });
    const foreign = { ...demand, shop_domain: 'other.myshopify.com' };
    expect(readEvent(event('shop/redact', foreign)).kind).toBe('ignored');
  });

  it('and an order can be anything', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('orders/x', 'shop/redact', ''), (body, topic) => {
        expect(readEvent(event(topic, body)).kind).toMatch(/changed|ignored|unreadable|erase/);
        parseOrder(body);
      }),
    );
  });
});

it('asks for the scopes that the documentation explains, and no others', () => {
  const text = readFileSync(new URL('../../../../docs/shops.md', import.meta.url), 'utf8');
  const explained = [...text.matchAll(/^\| `((?:read|write)_\w+)` \| to /gm)];
  expect(explained.map(([, scope]) => scope)).toEqual(SCOPES);
});

describe('the status of a fulfilment', () => {
  const parcel = (status: WrittenParcel['status'], date: string | null = null): WrittenParcel => ({
    ...{ tracking_number: 'N', carrier: 'dhl', url: '', status, estimated_delivery: date },
  });

  it('is what a customer should know first, and delivered only with all parcels', () => {
    expect(mergeStatus([parcel('delivered')]).status).toBe('DELIVERED');
    expect(mergeStatus([parcel('delivered'), null]).status).toBe('IN_TRANSIT');
    expect(mergeStatus([parcel('delivered'), parcel('picked_up')]).status).toBe(
      'CARRIER_PICKED_UP',
    );
    expect(mergeStatus([parcel('in_transit'), parcel('returning')]).status).toBe('FAILURE');
    const dates = [parcel('in_transit', '2026-03-12'), parcel('in_transit', '2026-03-14')];
    expect(mergeStatus(dates).estimatedDelivery).toBe('2026-03-14');
  });

  it('does not depend on the order of the numbers', () => {
    const parcels = fc.array(
      fc.option(fc.constantFrom(...STATUSES).map((status) => parcel(status))),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(parcels, (given) => {
        expect(mergeStatus(given.toReversed())).toEqual(mergeStatus(given));
        const isDelivered = given.every((each) => each?.status === 'delivered');
        expect(mergeStatus(given).status === 'DELIVERED').toBe(isDelivered);
      }),
    );
  });
});

describe('a callback of OAuth', () => {
  const nowMs = Date.UTC(2026, 9, 15);
  const shop = { url: SHOP, credentials: APP, nowMs: () => nowMs };
  const signed = (change: Record<string, string> = {}, secret = client_secret) => {
    const query = new URLSearchParams({
      ...{ code: 'c', shop: new URL(SHOP).hostname, state: 's', timestamp: String(nowMs / 1_000) },
      ...change,
    });
    query.sort();
    query.set('hmac', createHmac('sha256', secret).update(query.toString()).digest('hex'));
    return query;
  };

  it('is genuine only as a whole', () => {
    expect(isGenuine(signed(), shop)).toBe(true);
    expect(isGenuine(signed({}, 'other'), shop)).toBe(false);
    expect(isGenuine(signed({ shop: 'other.myshopify.com' }), shop)).toBe(false);
    expect(isGenuine(signed({ timestamp: String(nowMs / 1_000 - 91) }), shop)).toBe(false);
    expect(isGenuine(signed({ timestamp: '' }), shop)).toBe(false);
    expect(isGenuine(new URLSearchParams(`${signed()}&code=other`), shop)).toBe(false);
    expect(isGenuine(signed({}, ''), { ...shop, credentials: {} })).toBe(false);
    for (const name of ['code', 'shop', 'state', 'timestamp', 'hmac']) {
      const changed = signed();
      changed.set(name, `${changed.get(name)}0`);
      expect([name, isGenuine(changed, shop)]).toEqual([name, false]);
    }
  });
});
