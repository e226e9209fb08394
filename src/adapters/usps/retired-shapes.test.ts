import { describe, expect, it } from 'vitest';
import { adapter } from './index.ts';

const NUMBER = '9400100000000000000006';
const EVENT = { Event: 'Delivered', EventCode: '01', EventDate: 'March 3, 2021' };
const ANSWER = { trackingNumber: NUMBER, statusCategory: 'Delivered', status: 'Delivered' };

describe('payloads of APIs we do not call', () => {
  it.each([
    [
      'the XML of the Web Tools',
      `<TrackResponse><TrackInfo ID="${NUMBER}"><StatusCategory>Delivered</StatusCategory></TrackInfo></TrackResponse>`,
    ],
    ['an error of theirs', '<Error><Number>80040b1a</Number></Error>'],
    [
      'their JSON twin of 2022',
      JSON.stringify({ TrackResults: { TrackInfo: { '@ID': NUMBER, TrackSummary: EVENT } } }),
    ],
    [
      'the JSON that a converter made of them',
      JSON.stringify({
        TrackResponse: { TrackInfo: [{ $: { ID: NUMBER }, TrackSummary: [EVENT] }] },
      }),
    ],
    [
      'their events in today’s spelling',
      JSON.stringify({
        trackingNumber: NUMBER,
        trackSummary: { event: 'Delivered', eventCode: '01' },
      }),
    ],
    ['one event', JSON.stringify({ trackingNumber: NUMBER, eventCode: '01' })],
    ['a list under a name of its own', JSON.stringify({ parcels: [ANSWER] })],
    ['a status one level down', JSON.stringify({ trackingNumber: NUMBER, deliveryInfo: ANSWER })],
    ['a status that is all there is', JSON.stringify({ status: 'In Transit' })],
    ['an envelope of somebody else', JSON.stringify({ data: ANSWER })],
  ])('are unreadable: %s', (_, text) => {
    for (const kind of ['track', 'webhook'] as const) {
      expect(adapter.parse({ text, kind, requestedNumber: NUMBER }).outcome).toBe('unreadable');
    }
  });
});
