import { describe, expect, it } from 'vitest';
import { parse } from '../parse.ts';

const NUMBER = '9356579890';
const EVENT = { timestamp: '2026-02-03T08:00:00', statusCode: 'delivered' };
const UNIFIED = { id: NUMBER, service: 'express', status: EVENT, events: [EVENT] };
const SHOWN = {
  istZugestellt: true,
  sendungsverlauf: {
    events: [{ datum: EVENT.timestamp, status: 'Die Sendung wurde zugestellt.' }],
  },
};
const PIECE = { 'piece-code': NUMBER, 'standard-event-code': 'ZU', status: 'Delivered' };
const WAYBILL = { AWBNumber: NUMBER, Status: { ActionStatus: 'Success' } };
const SCAN =
  '&lt;Event&gt;&lt;Date&gt;2026-02-03&lt;/Date&gt;&lt;EventCode&gt;OK&lt;/EventCode&gt;&lt;/Event&gt;';

/**
 * Nobody sends these to us: they are rejected as a whole, so that received ones are stored and
 * counted as unreadable, and none of them is read as a delivery.
 */
describe('shapes that DHL offers no customer, and that are no answer to us', () => {
  it.each([
    ['the tracking page of dhl.de', { sendungen: [{ id: NUMBER, sendungsdetails: SHOWN }] }],
    [
      'the former tracking page',
      { results: [{ id: NUMBER, delivery: { code: 101, status: 'x' } }] },
    ],
    [
      'the app of Parcel NL',
      { barcode: '3SAAAA0000005', status: 'DELIVERED', category: 'DELIVERED' },
    ],
    [
      'the former web services of Express',
      { TrackingResponse: { AWBInfo: { ArrayOfAWBInfoItem: [WAYBILL] } } },
    ],
    ['an envelope of somebody’s own', { data: { shipments: [UNIFIED] } }],
    ['a shipment without its list', UNIFIED],
    ['a list without its answer', [UNIFIED]],
    ['the XML of Parcel DE as JSON', { pieceshipmentlist: { pieceshipment: PIECE } }],
    ['SOAP as JSON', { getTrackAndTraceInfoResult: { shipmentId: NUMBER } }],
  ])('%s is unreadable', (_, body) => {
    const text = JSON.stringify(body);
    expect(parse({ text }).outcome).toBe('unreadable');
    expect(parse({ text, kind: 'track', requestedNumber: NUMBER }).outcome).toBe('unreadable');
  });

  it.each([
    [
      'Global Mail',
      `<track><shipment><trackingnumber>${NUMBER}</trackingnumber></shipment></track>`,
    ],
    [
      'ECommerce 1.1',
      `<ECommerce><Track><Shipment><TrackingNbr>${NUMBER}</TrackingNbr></Shipment></Track></ECommerce>`,
    ],
    [
      'Express India',
      `<Envelope><Body><A><B>&lt;AWBInfo&gt;&lt;AWBNumber&gt;${NUMBER}&lt;/AWBNumber&gt;${SCAN}&lt;/AWBInfo&gt;</B></A></Body></Envelope>`,
    ],
  ])('the XML of %s is unreadable', (_, text) => {
    expect(parse({ text, kind: 'track', requestedNumber: NUMBER }).outcome).toBe('unreadable');
  });
});
