import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReceivedEvent } from '../../contract.ts';
import { shopItem } from '../../order-parts.ts';
import { bigShipment, parseOrder, readEvent } from './parse.ts';

const AT = 'Tue, 10 Mar 2026 12:00:00 +0000';
const AT_MS = Date.UTC(2026, 2, 10, 12);

const order = (change: object = {}) => ({
  ...{ id: 118, status_id: 2, date_created: AT, is_deleted: false, customer_locale: 'de' },
  billing_address: {
    ...{ first_name: 'Anna', last_name: 'Payer', email: 'anna@example.com', phone: '030 1' },
    ...{ street_1: 'Hauptstr. 1', city: 'Berlin', zip: '10115', country_iso2: 'DE' },
  },
  ...change,
});
const shipment = (change: object = {}) => ({
  ...{ id: 1, date_created: AT, tracking_number: 'JD1', tracking_carrier: 'dhl' },
  ...{ shipping_provider: '', tracking_link: null, shipping_address: null },
  items: [{ order_product_id: 7, quantity: 1 }],
  ...change,
});
const product = { id: 7, name: 'Mug', quantity: 2 };

/** Reads as the connector does: a shipment or product that is none is left out. */
function read(value: unknown, shipments: readonly unknown[] = [], products: unknown[] = [product]) {
  return parseOrder(
    value,
    shipments.flatMap((each) => bigShipment.safeParse(each).data ?? []),
    products.flatMap((each) => shopItem.safeParse(each).data ?? []),
  );
}
const numbers = (shipments: readonly unknown[]) =>
  read(order(), shipments)?.parcels.map((parcel) => [parcel.trackingNumber, parcel.carrier]);

describe('an order', () => {
  it('has its parcels, items and recipient', () => {
    expect(read(order(), [shipment()])).toEqual({
      ...{ id: '118', number: '118', orderedAtMs: AT_MS, isCancelled: false },
      recipient: {
        ...{ name: 'Anna Payer', email: 'anna@example.com', phone: '030 1', locale: 'de' },
      },
      destination: {
        ...{ name: 'Anna Payer', line1: 'Hauptstr. 1', city: 'Berlin' },
        ...{ postal_code: '10115', country: 'DE' },
      },
      allowsMessages: true,
      items: [{ id: '7', name: 'Mug', quantity: 2 }],
      parcels: [{ trackingNumber: 'JD1', carrier: 'dhl', shippedAtMs: AT_MS }],
    });
  });

  it('goes where its shipment goes, and the mail to who paid', () => {
    const to = { first_name: 'Ben', last_name: 'Reader', city: 'Graz', country_iso2: 'AT' };
    const { recipient, destination } = read(order(), [shipment({ shipping_address: to })]) ?? {};
    expect(recipient).toMatchObject({ name: 'Ben Reader', email: 'anna@example.com' });
    expect(destination).toEqual({ name: 'Ben Reader', city: 'Graz', country: 'AT' });
  });

  it('is one parcel for each shipment, as it is now', () => {
    const both = [shipment(), shipment({ id: 2, tracking_number: 'JD2' })];
    expect(numbers(both)).toEqual([
      ['JD1', 'dhl'],
      ['JD2', 'dhl'],
    ]);
    const edited = [shipment({ tracking_number: 'JD3', tracking_carrier: '' }), both[1]];
    expect(numbers(edited)).toEqual([
      ['JD3', null],
      ['JD2', 'dhl'],
    ]);
    expect(numbers([shipment({ tracking_number: '' })])).toEqual([]);
    const other = shipment({ tracking_carrier: '', shipping_provider: 'usps' });
    expect(numbers([other])).toEqual([['JD1', 'usps']]);
  });

  it('is cancelled when it is cancelled, declined or deleted', () => {
    const isCancelled = (change: object) => read(order(change))?.isCancelled;
    expect([5, 6, 2, 4].map((status_id) => isCancelled({ status_id }))).toEqual([
      ...[true, true, false, false],
    ]);
    expect(isCancelled({ is_deleted: true })).toBe(true);
  });

  it('may lack anything but its id', () => {
    expect(read({ id: '9' })).toMatchObject({
      ...{ id: '9', orderedAtMs: 0, isCancelled: false, destination: null, parcels: [] },
      recipient: { name: null, email: null, phone: null, locale: null },
    });
    const broken = order({ billing_address: 'none', status_id: 'x', date_created: 'soon' });
    expect(read(broken)).toMatchObject({ isCancelled: false, orderedAtMs: 0, destination: null });
    for (const id of [undefined, null, '', {}, '9'.repeat(65)]) {
      expect(read(order({ id }))).toBeNull();
    }
  });

  it('can be anything, and its ids and numbers can be stored', () => {
    const text = fc.string({ unit: 'binary', maxLength: 80 });
    const hostile = fc.oneof(fc.jsonValue(), text, fc.double());
    const shipments = fc.array(
      fc.record({ id: hostile, tracking_number: hostile, items: hostile }, { requiredKeys: [] }),
    );
    const orders = fc.oneof(hostile, fc.record({ id: hostile, billing_address: hostile }));
    fc.assert(
      fc.property(orders, shipments, (value, sent) => {
        const found = read(value, sent);
        const shown = [found?.id, ...(found?.parcels ?? []).map((each) => each.trackingNumber)];
        for (const each of shown) expect(each ?? '').toMatch(/^[^\p{Cc}\p{Cs}]{0,64}$/u);
      }),
    );
  });
});

describe('an event', () => {
  const event = (body: unknown): ReceivedEvent => ({
    ...{ shopUrl: 'https://api.bigcommerce.com/stores/abc', headers: {}, settings: {} },
    text: typeof body === 'string' ? body : JSON.stringify(body),
  });

  it('causes its order to be read, once for both webhooks of a shipment', () => {
    const scope = 'store/order/updated';
    const read = { kind: 'changed', orderId: '118', eventId: 'store/order/updated h1' };
    expect(readEvent(event({ scope, hash: 'h1', data: { type: 'order', id: 118 } }))).toEqual(read);
    const data = { type: 'shipment', id: 4, orderId: 118 };
    expect(readEvent(event({ scope, hash: 'h1', data }))).toEqual(read);
    expect(readEvent(event({ scope, data }))).toEqual({ ...read, eventId: null });
  });

  it.each(['', 'null', '[]', '{"data":{}}', '{"data":{"type":"order","id":"1;drop"}}'])(
    'that names no order is unreadable: %s',
    (text) => expect(readEvent(event(text)).kind).toBe('unreadable'),
  );

  it('can be anything', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (data, hash) => {
        expect(readEvent(event({ data, hash })).kind).toMatch(/changed|unreadable/);
        expect(readEvent(event(data)).kind).toMatch(/changed|unreadable/);
      }),
    );
  });
});
