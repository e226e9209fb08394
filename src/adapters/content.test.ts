import { describe, expect, it } from 'vitest';
import { instantMs } from '../kernel/time/place-time.ts';
import type { CarrierReport, ParseOutcome } from './contract/contract.ts';
import { loadAdapters } from './index.ts';

const adapters = await loadAdapters();

function parsed(carrier: string, body: unknown): ParseOutcome {
  const adapter = adapters.get(carrier);
  if (adapter === undefined) throw new Error(`no adapter for ${carrier}`);
  return adapter.parse({ text: JSON.stringify(body) });
}

function reportOf(carrier: string, body: unknown): CarrierReport | undefined {
  const outcome = parsed(carrier, body);
  return outcome.outcome === 'reports' ? outcome.reports[0] : undefined;
}

const UPS_SCAN = { status: { type: 'I', code: 'AR' }, date: '20260601', time: '210000' };
const ups = (deliveryInformation: object) => ({
  trackResponse: {
    shipment: [
      {
        package: [
          { trackingNumber: '1Z5R893A0300000006', activity: [UPS_SCAN], deliveryInformation },
        ],
      },
    ],
  },
});
const uspsEvent = { eventType: 'Departed', eventCode: '18', eventState: 'WA' };
const usps = (event: object, more: object = {}) => [
  {
    trackingNumber: '9400111899223456789015',
    trackingEvents: [{ ...uspsEvent, ...event }],
    ...more,
  },
];

describe('a proof', () => {
  it.each([
    [{ deliveryPhoto: { isProximityMapViewable: true } }],
    [{ deliveryPhoto: { photo: '' }, signature: {}, pod: {} }],
    [{ signature: { image: 'N/A' }, pod: { content: ' null ' }, deliveryPhoto: { photo: true } }],
  ])('is not a flag, a blank or a placeholder: %j', (information) => {
    expect(reportOf('ups', ups(information))?.snapshot.proofs).toEqual([]);
  });

  it('is what has content', () => {
    const given = ups({ signature: { image: 'R0lGODlhAQABAIAAAA==' }, deliveryPhoto: {} });
    expect(reportOf('ups', given)?.snapshot.proofs).toEqual(['signature']);
  });
});

describe('a window with one end', () => {
  const expectation = (ends: object) =>
    usps({}, { deliveryDateExpectation: { predictedDeliveryDate: '2026-04-10', ...ends } });
  const dhl = (ends: object) => ({
    shipments: [
      { id: '00340434161094042557', service: 'parcel-de', estimatedDeliveryTimeFrame: ends },
    ],
  });
  const track17 = (ends: object) => ({
    code: 0,
    data: {
      accepted: [
        {
          number: 'RR123456789CN',
          carrier: 3011,
          track_info: {
            latest_status: { status: 'InTransit' },
            time_metrics: { estimated_delivery_date: ends },
          },
        },
      ],
    },
  });
  it.each([
    ['usps', expectation({ predictedDeliveryWindowEndTime: '18:00:00' }), null, 'T18:00'],
    ['usps', expectation({ predictedDeliveryWindowStartTime: '09:00:00' }), 'T09:00', null],
    ['dhl', dhl({ estimatedThrough: '2026-04-10T18:00:00' }), null, 'T18:00'],
    ['dhl', dhl({ estimatedFrom: '2026-04-10T09:00:00' }), 'T09:00', null],
    ['17track', track17({ to: '2026-04-10T18:00:00-04:00' }), null, 'T18:00'],
  ])('is a window: %s %#', (carrier, body, from, to) => {
    const estimate = reportOf(carrier, body)?.snapshot.estimatedDelivery;
    expect(estimate?.date).toBe('2026-04-10');
    expect(estimate?.from?.slice(10, 16) ?? null).toBe(from);
    expect(estimate?.to?.slice(10, 16) ?? null).toBe(to);
  });
});

describe('a time', () => {
  it('in UTC alone is shown in the local time of its place', () => {
    const fact = reportOf('usps', usps({ GMTTimestamp: '2026-04-08T12:00:00Z' }))?.facts[0];
    expect(fact?.time.local).toBe('2026-04-08T05:00');
    const local = reportOf('usps', usps({ eventTimestamp: '2026-04-08T05:00:00' }))?.facts[0];
    expect(local?.identity).toEqual(fact?.identity);
  });

  it('of a delivery is its event’s, not a field that counts in another clock', () => {
    const event = {
      occurred_at: '2020-09-16T17:04:32Z',
      carrier_occurred_at: '2020-09-16T17:04:32',
    };
    const place = { state_province: 'NY', country_code: 'US', postal_code: '14201' };
    const report = reportOf('shipengine', {
      ...{ tracking_number: '1Z5R893A0300000006', carrier_code: 'ups', status_code: 'DE' },
      ...{ carrier_status_code: 'D', actual_delivery_date: '2020-09-17T00:04:32Z' },
      events: [{ ...event, ...place, event_code: 'D', description: 'Delivered' }],
    });
    expect(report?.facts.map(({ codes }) => codes['status'])).toEqual(['DE']);
    const atMs = report?.facts.map(({ time }) => instantMs(time))[0];
    expect(atMs).toBe(Date.parse('2020-09-16T21:04:32Z'));
  });
});

describe('alerts of FedEx', () => {
  const alert = 'TRACKING.DATA.NOTFOUND -  Tracking data unavailable';
  it.each([
    [alert],
    [[alert]],
    [[{ code: 'TRACKING.DATA.NOTFOUND' }]],
    [{ code: alert.slice(0, 22) }],
  ])('are read as texts and objects, alone and in a list: %j', (alerts) => {
    const answer = { output: { completeTrackResults: [], alerts } };
    expect(parsed('fedex', answer).outcome).toBe('not_found');
  });
});
