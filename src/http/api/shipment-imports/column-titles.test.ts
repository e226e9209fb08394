import { expect, it } from 'vitest';
import { loadAdapters } from '../../../adapters/index.ts';
import { columnsMeant } from './column-titles.ts';
import { columnOf, planColumns } from './columns.ts';
import { shipmentRowReader } from './read-row.ts';

const [NAME, FIRST, LAST] = ['recipient_name', 'recipient_first_name', 'recipient_last_name'];
const [MAIL, PHONE] = ['recipient_email', 'recipient_phone'];
const to = (member: string) => `destination_${member}`;
const [LINE1, LINE2, CITY, REGION] = ['line1', 'line2', 'city', 'region'].map(to);
const [ZIP, COUNTRY, HOUSE, COMPANY] = ['postal_code', 'country', 'house_number', 'company'].map(
  to,
);
const [NUMBER, CARRIER, ORDER, SERVICE] = [
  'tracking_number',
  'carrier',
  'order_id',
  'service_level',
];

/** By source: titles of a header in its order, with what each means; empty: it is not read. */
const HEADERS: Readonly<Record<string, Readonly<Record<string, string | undefined>>>> = {
  Shopify: {
    ...{ Name: ORDER, Email: MAIL, 'Financial Status': '', 'Shipping Method': SERVICE, Id: '' },
    ...{ 'Billing Name': '', 'Billing Zip': '', 'Shipping Name': NAME, 'Shipping Street': '' },
    ...{ 'Shipping Address1': LINE1, 'Shipping Address2': LINE2, 'Shipping Company': COMPANY },
    ...{ 'Shipping City': CITY, 'Shipping Zip': ZIP, 'Shipping Province': REGION },
    ...{ 'Shipping Country': COUNTRY, 'Shipping Phone': PHONE, 'Lineitem name': '' },
    ...{ 'Tracking Number': NUMBER, 'Tracking Company': CARRIER, 'Tracking URL': '' },
  },
  WooCommerce: {
    ...{ order_id: ORDER, order_number: '', billing_email: MAIL, billing_phone: PHONE },
    ...{ billing_postcode: '', shipping_first_name: FIRST, shipping_last_name: LAST },
    ...{ shipping_address_1: LINE1, shipping_city: CITY, shipping_postcode: ZIP },
    ...{ shipping_country: COUNTRY, tracking_provider: CARRIER, 'tracking number': NUMBER },
  },
  'WooCommerce, other titles': {
    ...{ 'Order Number': ORDER, 'Email (Billing)': MAIL, 'Postcode (Shipping)': ZIP },
    ...{ 'City (Shipping)': CITY, 'Country Code (Shipping)': COUNTRY, 'Tracking No.': NUMBER },
  },
  ShipStation: {
    ...{ 'Order ID (required)': ORDER, 'Requested Service': SERVICE, 'Ship To - Name': NAME },
    ...{ 'Ship To - Address 1': LINE1, 'Ship To - City': CITY, 'Ship To - Postal Code': ZIP },
    ...{ 'Ship To - State/Province': REGION, 'Ship To - Country': COUNTRY },
    ...{ 'Ship To - Phone': PHONE, 'Ship To - Email': MAIL, 'Tracking #': NUMBER },
  },
  'ShipStation, API': { orderNumber: ORDER, trackingNumber: NUMBER, carrierCode: CARRIER },
  Sendcloud: {
    ...{ 'Customer name': NAME, 'Country code': COUNTRY, 'Postal code': ZIP, City: CITY },
    ...{ 'Street name': LINE1, 'House number': HOUSE, 'Order reference': ORDER },
    ...{ Email: MAIL, 'Tracking number': NUMBER, Carrier: CARRIER },
  },
  Shippo: {
    ...{ 'Order Number': ORDER, 'Recipient Name': NAME, 'Street Line 1': LINE1, City: CITY },
    ...{ 'State/Province': REGION, 'Zip/Postal Code': ZIP, Country: COUNTRY },
    ...{ 'Tracking Number': NUMBER, servicelevel_token: SERVICE },
  },
  Amazon: {
    ...{ 'order-id': ORDER, 'order-item-id': '', 'buyer-email': MAIL, 'buyer-name': '' },
    ...{ 'recipient-name': NAME, 'ship-address-1': LINE1, 'ship-city': CITY, 'ship-state': REGION },
    ...{ 'ship-postal-code': ZIP, 'ship-country': COUNTRY, 'ship-phone-number': PHONE },
    ...{ 'ship-service-level': SERVICE, 'tracking-number': NUMBER, 'carrier-name': CARRIER },
  },
  eBay: {
    ...{ 'Order Number': ORDER, 'Buyer Username': '', 'Buyer Name': '', 'Buyer Email': MAIL },
    ...{ 'Ship To Name': NAME, 'Ship To Phone': PHONE, 'Ship To Address 1': LINE1 },
    ...{ 'Ship To City': CITY, 'Ship To State': REGION, 'Ship To Zip': ZIP },
    ...{ 'Ship To Country': COUNTRY, 'Shipping Service': SERVICE, 'Tracking Number': NUMBER },
  },
  Etsy: {
    ...{ 'Order ID': ORDER, 'Full Name': NAME, 'Street 1': LINE1, 'Ship City': CITY },
    ...{ 'Ship State': REGION, 'Ship Zipcode': ZIP, 'Ship Country': COUNTRY, Currency: '' },
  },
  AfterShip: { tracking_number: NUMBER, slug: CARRIER, emails: MAIL, smses: PHONE, title: '' },
  TrackingMore: { tracking_number: NUMBER, courier_code: CARRIER, customer_email: MAIL },
  EasyPost: { tracking_code: NUMBER, carrier: CARRIER },
  German: {
    Sendungsnummer: NUMBER,
    Paketdienst: CARRIER,
    Bestellnummer: ORDER,
    PLZ: ZIP,
    Ort: CITY,
  },
  Spanish: { 'Número de seguimiento': NUMBER, 'Código postal': ZIP, País: COUNTRY },
  'a list of customers': { Name: NAME, Number: NUMBER },
};

it.each(Object.entries(HEADERS))('understands the column titles of %s', (_source, header) => {
  const meant = columnsMeant(Object.keys(header));
  expect(Object.fromEntries(Object.keys(header).map((title, at) => [title, meant[at]]))).toEqual(
    header,
  );
  for (const column of meant.filter(Boolean)) expect(columnOf(column), column).not.toBeNull();
});

it('joins first and last name, and street and house number', async () => {
  const titles = [
    'Tracking Number',
    'Carrier',
    'First Name',
    'Last Name',
    'Street',
    'House number',
  ];
  const { columns } = planColumns({ line: 1, fields: titles }, {});
  const row = shipmentRowReader(await loadAdapters())(columns, [
    ...['1Z999AA10123456784', 'ups', 'Anna', 'Quist', 'Ringgade', '7'],
  ]);
  expect(row).toMatchObject({
    shipments: [
      { personal: { recipient: { name: 'Anna Quist' }, destination: { line1: 'Ringgade 7' } } },
    ],
  });
});
