import { expect, it } from 'vitest';
import { parseOrder } from './parse.ts';

/** Shapes from the public sources that docs/shops-research.md names; all values are invented. */
const order = (more: Record<string, unknown>) =>
  parseOrder({ id: 1, date_created_gmt: '2026-11-30T10:00:00', ...more }, []);
const N = '794644790502';
const meta = (members: Record<string, unknown>) =>
  Object.entries(members).map(([key, value], id) => ({ id, key, value }));
const read = (members: Record<string, unknown>) =>
  order({ meta_data: meta(members) })?.parcels.map((each) => [each.trackingNumber, each.carrier]);

it.each([
  ['nothing', { _wc_shipment_tracking_items: '' }],
  ['a broken list', { _vi_wot_order_item_tracking_data: '[{"tracking_number":' }],
  ['a label paid back', { wcshipping_labels: [{ tracking: N, refund: { status: 'complete' } }] }],
  ['a label that failed', { wc_connect_labels: [{ tracking: N, error: 'no funds' }] }],
  ['the number of a return', { _return_tracking_number: N }],
  ['a link', { _tracking_url: `https://carrier.example/${N}` }],
  ['a flag', { _acme_tracking_code: 'yes' }],
  ['another number', { _invoice_number: N }],
])('reads no parcel from %s', (_, members) => {
  expect(read(members)).toEqual([]);
});

it.each([
  [
    'Shipment Tracking',
    {
      _wc_shipment_tracking_items: [
        { tracking_number: N, tracking_provider: '', custom_tracking_provider: 'FedEx' },
      ],
    },
  ],
  [
    'a list with gaps',
    { _wc_shipment_tracking_items: { 1: { tracking_number: N, tracking_provider: 'FedEx' } } },
  ],
  [
    'AfterShip',
    { _aftership_tracking_items: [{ tracking_number: N, slug: 'FedEx', additional_fields: {} }] },
  ],
  [
    'older AfterShip',
    { _aftership_tracking_number: N, _aftership_tracking_provider_name: 'FedEx' },
  ],
  [
    'Order Shipment Tracking',
    { _ost_tracking_items: [{ tracking_number: N, carrier_id: 'fedex', carrier_name: 'FedEx' }] },
  ],
  ['YITH', { ywot_tracking_code: N, ywot_carrier_name: 'FedEx', ywot_picked_up: 'on' }],
  [
    'WooCommerce Shipping',
    { wcshipping_labels: JSON.stringify([{ tracking: N, carrier_id: 'FedEx' }]) },
  ],
  ['WooCommerce Shipping & Tax', { wc_connect_labels: [{ tracking: N, carrier_id: 'FedEx' }] }],
  ['a single field', { _tracking_number: N, _tracking_provider: 'FedEx' }],
  ['an unlisted field', { _acme_tracking_number: N, _acme_courier: 'FedEx' }],
  ['an unlisted list', { acme_tracking_info: [{ tracking_code: N, carrier: 'FedEx' }] }],
  [
    'several of them',
    { _tracking_number: N, _aftership_tracking_items: [{ tracking_number: N, slug: 'FedEx' }] },
  ],
])('reads the parcel once, with its carrier, from %s', (_, members) => {
  expect(read(members)).toEqual([[N, 'FedEx']]);
});

it('reads Orders Tracking beside the items of the order, several of which are in one parcel', () => {
  const value = JSON.stringify([
    { tracking_number: N, carrier_slug: 'fedex', carrier_name: 'FedEx', time: 1_780_000_000 },
  ]);
  const item = (id: number) => ({
    id,
    name: 'Mug',
    quantity: 1,
    meta_data: meta({ _vi_wot_order_item_tracking_data: value }),
  });
  expect(order({ line_items: [item(1), item(2)] })?.parcels).toEqual([
    { trackingNumber: N, carrier: 'FedEx', shippedAtMs: 1_780_000_000_000 },
  ]);
});

it.each([
  [null, {}],
  ['pt-br', { meta_data: meta({ wpml_language: 'pt-br' }) }],
  ['de', { lang: 'de' }],
])('reads the language %s of the customer from WPML and Polylang', (locale, more) => {
  expect(order(more)?.recipient.locale).toBe(locale);
});
