import { describe, expect, it } from 'vitest';
import type { CarrierReport, ParseOutcome } from '../contract.ts';
import { parse } from './parse.ts';

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
    [
      'as the objects of a client',
      JSON.stringify({
        getTrackAndTraceInfoResult: {
          shipmentId: 20_000_000_001,
          receivedBy: 'A PERSON',
          events: {
            item: [
              { status: 'LK', terminal: 'LODZ', timestamp: '2025-02-04 07:15:00' },
              { status: 'DOR', terminal: 'LODZ', timestamp: '2025-02-04 11:40:00' },
            ],
          },
        },
      }),
    ],
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

  it('prefers the list of events, and takes a single parcel without its list', () => {
    const events = [{ status: 'PRENOTIFICATION_RECEIVED', timestamp: '2025-06-01T10:00:00Z' }];
    const text = JSON.stringify({ ...parcel('3SAAAA0000002'), events });
    expect(factsOf(reportOf(parse({ text })))).toEqual([
      [{ service: 'parcel-nl', status: 'PRENOTIFICATION_RECEIVED' }, '2025-06-01T12:00:00', 120],
    ]);
  });

  it('is told from lists of other things', () => {
    expect(parse({ text: '[]' }).outcome).toBe('unreadable');
    expect(parse({ text: '[{"barcode":"1"}]' }).outcome).toBe('unreadable');
  });
});

describe('the app for receivers of Parcel Netherlands', () => {
  const one = { barcode: '3SAAAA0000005', status: 'DELIVERED_IN_MAILBOX', category: 'DELIVERED' };
  const summaryOf = (parcel: object) =>
    reportOf(parse({ text: JSON.stringify(parcel) })).snapshot.summary?.codes;

  it('has a current status in the codes of parcel-nl, and a mark of returns', () => {
    const report = reportOf(parse({ text: JSON.stringify({ ...one, isReturn: true }) }));
    expect(report).toMatchObject({
      trackingNumber: one.barcode,
      facts: [],
      snapshot: {
        returnFlag: true,
        summary: { codes: { service: 'parcel-nl', status: 'DELIVERED_IN_MAILBOX' } },
      },
    });
    expect(summaryOf({ parcels: [one] })).toEqual(summaryOf(one));
  });

  it('makes no delivery of the category', () => {
    expect(summaryOf({ ...one, status: 'A_NEW_WORD' })).toEqual({
      service: 'parcel-nl',
      status: 'A_NEW_WORD',
    });
  });

  it('takes the number that was asked for where a single parcel names none', () => {
    const text = JSON.stringify({ status: 'OUT_FOR_DELIVERY', category: 'IN_DELIVERY' });
    const asked = '3SAAAA0000006';
    expect(reportOf(parse({ text, kind: 'track', asked })).trackingNumber).toBe(asked);
    expect(parse({ text }).outcome).toBe('unreadable');
  });

  it('is told from other things that have a status', () => {
    for (const other of [{ status: 'OUT_FOR_DELIVERY' }, { ...one, category: 'BOOKS' }]) {
      expect(parse({ text: JSON.stringify(other) }).outcome).toBe('unreadable');
    }
  });
});
