import { describe, expect, it } from 'vitest';
import { adapter } from './index.ts';

const NUMBER = '1Z023E2X0214323462';
const SCAN = {
  status: { type: 'D', code: 'FS', statusCode: '011' },
  date: '20240423',
  time: '095004',
};

const ALERT = {
  localActivityDate: '20240423',
  localActivityTime: '095004',
  activityStatus: { type: 'D', code: 'FS', description: 'Delivered', descriptionCode: '011' },
};

describe('payloads of no API that UPS offers today, or of a part of one', () => {
  const parcel = { trackingNumber: NUMBER, activity: [SCAN] };
  const shipment = { inquiryNumber: NUMBER, package: [parcel] };
  const xml = `<Shipment><Package><TrackingNumber>${NUMBER}</TrackingNumber><Activity><Status>
    <StatusType><Code>D</Code></StatusType></Status></Activity></Package></Shipment>`;

  it.each([
    ['the XML tool', `<TrackResponse>${xml}</TrackResponse>`],
    ['the SOAP tool', `<Envelope><Body><TrackResponse>${xml}</TrackResponse></Body></Envelope>`],
    [
      'their JSON',
      JSON.stringify({ TrackResponse: { Shipment: { Package: { TrackingNumber: NUMBER } } } }),
    ],
    ['Quantum View in XML', '<QuantumViewResponse><QuantumViewEvents/></QuantumViewResponse>'],
    [
      'ups.com',
      JSON.stringify({ trackDetails: [{ trackingNumber: NUMBER, packageStatusCode: '011' }] }),
    ],
    ['shipments', JSON.stringify({ shipment: [shipment] })],
    ['one shipment', JSON.stringify(shipment)],
    ['one package', JSON.stringify(parcel)],
    [
      'an envelope of somebody else',
      JSON.stringify({ data: { trackResponse: { shipment: [shipment] } } }),
    ],
    ['a push that names no number', JSON.stringify({ ...ALERT, inquiryNumber: NUMBER })],
  ])('are unreadable: %s', (_, text) => {
    for (const kind of ['track', 'webhook'] as const) {
      expect(adapter.parse({ text, kind, requestedNumber: NUMBER }).outcome).toBe('unreadable');
    }
  });
});
