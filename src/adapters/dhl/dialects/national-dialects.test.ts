import { describe, expect, it } from 'vitest';
import type { CarrierReport, ParseOutcome } from '../../contract/contract.ts';
import { parse } from '../parse.ts';

function reportOf(outcome: ParseOutcome): CarrierReport {
  if (outcome.outcome !== 'reports') throw new Error(`${outcome.outcome}: ${outcome.reason}`);
  const [report] = outcome.reports;
  if (report === undefined) throw new Error('no report');
  return report;
}

function factsOf(report: CarrierReport): readonly unknown[] {
  return report.facts.map(({ codes, time }) => [codes, time.local, time.offsetMin]);
}

describe('DHL24, the web service of Parcel Poland', () => {
  const item = (status: string, at: string) =>
    `<item><status>${status}</status><description>words</description>
      <terminal>LODZ</terminal><timestamp>${at}</timestamp></item>`;
  const result = (events: string) =>
    `<getTrackAndTraceInfoResult><shipmentId>20000000001</shipmentId>
      <receivedBy>A PERSON</receivedBy><events>${events}</events></getTrackAndTraceInfoResult>`;
  const soap = (inside: string) =>
    `<?xml version="1.0"?><S:Envelope xmlns:S="x"><S:Header/><S:Body><n:getTrackAndTraceInfoResponse
      xmlns:n="y">${inside}</n:getTrackAndTraceInfoResponse></S:Body></S:Envelope>`;
  const stages = item('LK', '2025-02-04 07:15:00') + item('DOR', '2025-02-04 11:40:00');

  it.each([
    ['in its envelope', soap(result(stages))],
    ['alone', result(stages)],
  ])('is read %s, with the codes and clocks of parcel-pl', (_, text) => {
    const report = reportOf(parse({ text }));
    expect(report.trackingNumber).toBe('20000000001');
    expect(factsOf(report)).toEqual([
      [{ service: 'parcel-pl', status: 'LK' }, '2025-02-04T07:15:00', 60],
      [{ service: 'parcel-pl', status: 'DOR' }, '2025-02-04T11:40:00', 60],
    ]);
    expect(report.facts[0]?.place?.city).toBe('LODZ');
    expect(JSON.stringify(report)).not.toContain('A PERSON');
  });

  it('has not yet seen a shipment without events', () => {
    expect(parse({ text: soap(result('')) })).toMatchObject({
      outcome: 'not_yet',
      trackingNumbers: ['20000000001'],
    });
  });

  it.each([
    ['100', 'auth_error'],
    ['7', 'error'],
  ])('fails with the fault %s as %s', (code, outcome) => {
    const text = `<S:Envelope xmlns:S="x"><S:Body><S:Fault><faultcode>${code}</faultcode>
      <faultstring>words about A PERSON</faultstring></S:Fault></S:Body></S:Envelope>`;
    const found = parse({ text, httpStatus: 500 });
    expect(found).toMatchObject({ outcome, trackingNumbers: [] });
    expect(JSON.stringify(found)).not.toContain('PERSON');
  });

  it('is nothing without a number', () => {
    expect(parse({ text: '<getTrackAndTraceInfoResult/>' }).outcome).toBe('unreadable');
  });
});

describe('the track-trace of Parcel Netherlands', () => {
  const phase = (name: string, key: string, timestamp: string) => ({
    phase: name,
    events: [{ key, timestamp, exception: false }],
  });
  const parcel = (barcode: string) => ({
    barcode,
    view: {
      phases: [
        phase('IN_DELIVERY', 'OUT_FOR_DELIVERY', '2025-06-03T06:30:00Z'),
        phase('UNDERWAY', 'PARCEL_SORTED_AT_HUB', '2025-06-02T21:10:00Z'),
      ],
    },
  });

  it('is read phase by phase, with the codes and clocks of parcel-nl', () => {
    const report = reportOf(parse({ text: JSON.stringify([parcel('3SAAAA0000001')]) }));
    expect(report).toMatchObject({ trackingNumber: '3SAAAA0000001', fullHistory: true });
    expect(factsOf(report)).toEqual([
      [{ service: 'parcel-nl', status: 'OUT_FOR_DELIVERY' }, '2025-06-03T08:30:00', 120],
      [{ service: 'parcel-nl', status: 'PARCEL_SORTED_AT_HUB' }, '2025-06-02T23:10:00', 120],
    ]);
  });

  it('says where phases could not be read, or were more than anybody reads', () => {
    const read = (phases: readonly unknown[]) =>
      parse({ text: JSON.stringify([{ barcode: '3SAAAA0000001', view: { phases } }]) });
    const [first, second] = parcel('').view.phases;
    const warned = { outcome: 'reports', warnings: [expect.stringContaining('events[1]')] };
    expect(read([first, { phase: 'UNDERWAY' }])).toMatchObject(warned);
    expect(read([first, { phase: 'UNDERWAY', events: [] }])).toMatchObject({ warnings: [] });
    const many = Array.from({ length: 21 }, () => second);
    expect(read(many)).toMatchObject({ warnings: [expect.stringContaining('events[20]')] });
  });

  it('prefers the list of events', () => {
    const events = [{ status: 'PRENOTIFICATION_RECEIVED', timestamp: '2025-06-01T10:00:00Z' }];
    const text = JSON.stringify([{ ...parcel('3SAAAA0000002'), events }]);
    expect(factsOf(reportOf(parse({ text })))).toEqual([
      [{ service: 'parcel-nl', status: 'PRENOTIFICATION_RECEIVED' }, '2025-06-01T12:00:00', 120],
    ]);
  });

  it('is distinguished from lists of other things', () => {
    expect(parse({ text: '[]' }).outcome).toBe('unreadable');
    expect(parse({ text: '[{"barcode":"1"}]' }).outcome).toBe('unreadable');
  });
});

describe('eCommerce Asia Pacific', () => {
  const event = (description: string, timestamp: string) => ({
    status: '77000',
    description,
    timestamp,
    timezone: 'LT',
    address: { city: 'Shanghai', postalCode: null, state: null, countryCode: 'CN' },
  });
  const events = [
    event('Electronic Notification Received', '2020-03-04 10:00:00'),
    event('PICKED UP', '2020-03-05 18:05:43'),
    event('Something of its own', '2020-03-06 07:00:00'),
  ];
  const answer = (trackItemResponse: unknown) => ({ text: JSON.stringify({ trackItemResponse }) });

  it.each([
    ['version 1.1', { responseCode: 0, items: [{ trackingID: '2882240600000017', events }] }],
    [
      'version 2',
      {
        bd: {
          shipmentItems: [
            {
              trackingID: '2882240600000017',
              events: events.map(({ timestamp: dateTime, ...rest }) => ({ ...rest, dateTime })),
            },
          ],
        },
      },
    ],
  ])('is read by the texts of eCommerce, %s', (_, body) => {
    const report = reportOf(parse(answer(body)));
    expect(report.trackingNumber).toBe('2882240600000017');
    expect(report.facts.map(({ codes, time }) => [codes['status'], time.local])).toEqual([
      ['445', '2020-03-04T10:00:00'],
      ['130', '2020-03-05T18:05:43'],
      ['SOMETHING_OF_ITS_OWN', '2020-03-06T07:00:00'],
    ]);
    expect(report.facts[0]?.place).toMatchObject({ city: 'Shanghai', country: 'CN' });
  });

  it('distinguishes a refused token, an unknown parcel and other failures', () => {
    const found = (body: unknown) => parse(answer(body)).outcome;
    expect(found({ responseCode: 1, responseText: 'Invalid access token.' })).toBe('auth_error');
    expect(found({ responseCode: 0, responseText: '0 item(s) found.', items: [] })).toBe(
      'not_found',
    );
    expect(found({ responseCode: 1, responseText: 'Internal error' })).toBe('error');
  });
});
