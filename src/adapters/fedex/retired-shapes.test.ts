import { describe, expect, it } from 'vitest';
import { adapter } from './index.ts';

const NUMBER = '122816215025810';
const DELIVERED = { date: '2026-01-09T13:31:20-05:00', eventType: 'DL', derivedStatusCode: 'DL' };

describe('payloads of APIs we do not call', () => {
  const result = { trackingNumber: NUMBER, trackResults: [{ scanEvents: [DELIVERED] }] };
  const events = `<TrackingNumber>${NUMBER}</TrackingNumber><Events><EventType>DL</EventType></Events>`;

  it.each([
    ['the SOAP service', `<TrackReply><TrackDetails>${events}</TrackDetails></TrackReply>`],
    ['its objects', JSON.stringify({ TrackReply: { TrackDetails: [{ TrackingNumber: NUMBER }] } })],
    ['Ship Manager Direct', `<FDXTrack2Reply><Package>${events}</Package></FDXTrack2Reply>`],
    [
      'fedex.com',
      JSON.stringify({ output: { packages: [{ trackingNbr: NUMBER, isDelivered: true }] } }),
    ],
    ['results taken out of `output`', JSON.stringify({ completeTrackResults: [result] })],
    ['one result alone', JSON.stringify(result)],
    ['one scan alone', JSON.stringify({ trackingNumber: NUMBER, ...DELIVERED })],
    [
      'an envelope of somebody else',
      JSON.stringify({ data: { output: { completeTrackResults: [result] } } }),
    ],
  ])('are unreadable: %s', (_, text) => {
    for (const kind of ['track', 'webhook'] as const) {
      expect(adapter.parse({ text, kind, requestedNumber: NUMBER }).outcome).toBe('unreadable');
    }
  });
});
