import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseOrder } from './parse.ts';

const ID = '0190b0a15e0b7c3e8f0b1d5a2c4e6f80';
const AT = '2026-03-10T12:00:00.000+00:00';

const address = {
  ...{ firstName: 'Ben', lastName: 'Reader', street: 'Ring 2', zipcode: '8010', city: 'Graz' },
  ...{ phoneNumber: '0316 1', country: { iso: 'AT' } },
};
const delivery = (change: object = {}) => ({
  ...{ id: 'd1', trackingCodes: ['JD1'], customFields: null, shippingMethod: { name: 'DHL' } },
  shippingOrderAddress: address,
  ...change,
});
const order = (change: object = {}) => ({
  ...{ id: ID, orderNumber: '10001', orderDateTime: AT },
  stateMachineState: { technicalName: 'in_progress' },
  orderCustomer: { firstName: 'Anna', lastName: 'Payer', email: 'anna@example.com' },
  language: { locale: { code: 'de-DE' } },
  lineItems: [{ id: 'i1', label: 'Mug', quantity: 2 }],
  deliveries: [delivery()],
  ...change,
});
const numbers = (deliveries: unknown) =>
  parseOrder(order({ deliveries }))?.parcels.map(({ trackingNumber }) => trackingNumber);

describe('an order', () => {
  it('has its parcels, items and recipient', () => {
    expect(parseOrder(order())).toEqual({
      ...{ id: ID, number: '10001', orderedAtMs: Date.parse(AT), isCancelled: false },
      recipient: {
        ...{ name: 'Ben Reader', email: 'anna@example.com', phone: '0316 1', locale: 'de-DE' },
      },
      destination: {
        ...{
          name: 'Ben Reader',
          line1: 'Ring 2',
          city: 'Graz',
          postal_code: '8010',
          country: 'AT',
        },
      },
      allowsMessages: true,
      items: [{ id: 'i1', name: 'Mug', quantity: 2 }],
      parcels: [{ trackingNumber: 'JD1', carrier: 'DHL', shippedAtMs: null }],
    });
  });

  it.each([
    [{ name: 'Standard', technicalName: 'shipping_dhl_paket' }, 'Standard shipping_dhl_paket'],
    [{ technicalName: 'shipping_ups' }, 'shipping_ups'],
    [{ name: null }, null],
    [null, null],
  ])('has the carrier by both names of its shipping method: %j', (shippingMethod, carrier) => {
    const parcels = parseOrder(order({ deliveries: [delivery({ shippingMethod })] }))?.parcels;
    expect(parcels?.[0]?.carrier).toBe(carrier);
  });

  it('has the codes of all deliveries, as they are now', () => {
    const split = [
      delivery({ trackingCodes: ['JD1', 'JD2'] }),
      delivery({ id: 'd2', trackingCodes: ['JD3'] }),
    ];
    expect(numbers(split)).toEqual(['JD1', 'JD2', 'JD3']);
    expect(numbers([delivery({ trackingCodes: ['JD2', '', null, {}] })])).toEqual(['JD2']);
    expect(numbers([delivery({ trackingCodes: [] })])).toEqual([]);
    expect(numbers([null, { id: 7 }, delivery()])).toEqual(['JD1']);
    expect(numbers(undefined)).toEqual([]);
  });

  it('is cancelled by its own state only', () => {
    const stateMachineState = { technicalName: 'cancelled' };
    expect(parseOrder(order({ stateMachineState }))?.isCancelled).toBe(true);
    expect(parseOrder(order({ stateMachineState: null }))?.isCancelled).toBe(false);
  });

  it('is addressed to the customer while it has no delivery', () => {
    const { recipient, destination } = parseOrder(order({ deliveries: [] })) ?? {};
    expect(recipient).toMatchObject({ name: 'Anna Payer', phone: null });
    expect(destination).toBeNull();
  });

  it('may lack anything but its id', () => {
    expect(parseOrder({ id: ID })).toEqual({
      ...{ id: ID, number: ID, orderedAtMs: 0, isCancelled: false, destination: null },
      recipient: { name: null, email: null, phone: null, locale: null },
      ...{ allowsMessages: true, items: [], parcels: [] },
    });
    for (const id of [undefined, 7, '', ID.toUpperCase(), `${ID}0`, `${ID}\n`]) {
      expect(parseOrder(order({ id }))).toBeNull();
    }
  });

  it('can be anything, and its numbers can be stored', () => {
    const text = fc.string({ unit: 'binary', maxLength: 80 });
    const hostile = fc.oneof(fc.jsonValue(), text, fc.double());
    const deliveries = fc.array(
      fc.record({ id: text, trackingCodes: fc.array(hostile), shippingOrderAddress: hostile }),
    );
    fc.assert(
      fc.property(hostile, deliveries, (value, sent) => {
        parseOrder(value);
        const found = parseOrder(order({ orderNumber: value, lineItems: value, deliveries: sent }));
        for (const { trackingNumber } of found?.parcels ?? []) {
          expect(trackingNumber).toMatch(/^[^\p{Cc}\p{Cs}]{1,64}$/u);
        }
      }),
    );
  });
});
