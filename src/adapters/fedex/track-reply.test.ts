import { describe, expect, it } from 'vitest';
import type { CarrierReport } from '../contract.ts';
import { adapter } from './index.ts';

const NUMBER = '122816215025810';

const DETAILS = `<TrackingNumber>${NUMBER}</TrackingNumber>
  <TrackingNumberUniqueIdentifier>12017~${NUMBER}~FDEG</TrackingNumberUniqueIdentifier>
  <StatusDetail><Code>OD</Code><Description>On FedEx vehicle for delivery</Description></StatusDetail>
  <Events><Timestamp>2018-03-05T08:12:00-08:00</Timestamp><EventType>OD</EventType>
    <EventDescription>On FedEx vehicle for delivery</EventDescription>
    <Address><City>SALEM</City><StateOrProvinceCode>OR</StateOrProvinceCode>
      <CountryCode>US</CountryCode></Address></Events>
  <Events><Timestamp>2018-03-03T20:00:00-08:00</Timestamp><EventType>DE</EventType>
    <StatusExceptionCode>08</StatusExceptionCode></Events>`;

function soap(inside: string): string {
  return `<?xml version="1.0"?><s:Envelope xmlns:s="x"><s:Body>
    <v:TrackReply xmlns:v="y"><v:HighestSeverity>SUCCESS</v:HighestSeverity>${inside}
    </v:TrackReply></s:Body></s:Envelope>`;
}

function reportOf(text: string): CarrierReport {
  const outcome = adapter.parse({ text });
  if (outcome.outcome !== 'reports') throw new Error(`${outcome.outcome}: ${outcome.reason}`);
  const [report] = outcome.reports;
  if (report === undefined) throw new Error('no report');
  return report;
}

describe('replies of the web service before the Track API', () => {
  it.each([
    [
      'of version 8 and later',
      `<CompletedTrackDetails><TrackDetails>${DETAILS}</TrackDetails></CompletedTrackDetails>`,
    ],
    ['of earlier versions', `<TrackDetails>${DETAILS}</TrackDetails>`],
  ])('are read from SOAP %s', (_, inside) => {
    const report = reportOf(soap(inside));
    expect(report).toMatchObject({
      trackingNumber: NUMBER,
      carrierPieceId: `12017~${NUMBER}~FDEG`,
      snapshot: { summary: { codes: { event: 'OD' } } },
    });
    expect(report.facts.map(({ codes, time }) => [codes, time.local])).toEqual([
      [{ event: 'OD' }, '2018-03-05T08:12:00'],
      [{ event: 'DE', exception: '08' }, '2018-03-03T20:00:00'],
    ]);
    expect(report.facts[0]?.place).toMatchObject({ city: 'SALEM', region: 'OR' });
  });

  it('are read as the objects that clients make of them', () => {
    const Events = { Timestamp: '2018-03-05T08:12:00', EventType: 'PU' };
    const TrackDetails = { TrackingNumber: NUMBER, Events };
    const text = JSON.stringify({ CompletedTrackDetails: { TrackDetails } });
    expect(reportOf(text).facts[0]?.codes).toEqual({ event: 'PU' });
  });

  it.each([
    ['ERROR', '9040', 'not_found'],
    ['FAILURE', '9080', 'error'],
  ])('tell of %s %s as %s', (severity, code, outcome) => {
    const notice = `<Severity>${severity}</Severity><Code>${code}</Code>`;
    const texts = [
      soap(`<Notifications>${notice}</Notifications>`),
      soap(
        `<CompletedTrackDetails><TrackDetails><Notification>${notice}</Notification><TrackingNumber>${NUMBER}</TrackingNumber></TrackDetails></CompletedTrackDetails>`,
      ),
    ];
    for (const text of texts) expect(adapter.parse({ text }).outcome).toBe(outcome);
  });

  it('know a number without scans or a status, and nothing of it yet', () => {
    const known = `<TrackDetails><Notification><Severity>SUCCESS</Severity></Notification>
      <TrackingNumber>${NUMBER}</TrackingNumber></TrackDetails>`;
    expect(adapter.parse({ text: soap(known) })).toMatchObject({
      outcome: 'not_yet',
      trackingNumbers: [NUMBER],
    });
    const two = adapter.parse({ text: soap(`${known}<TrackDetails>${DETAILS}</TrackDetails>`) });
    expect(two).toMatchObject({
      outcome: 'reports',
      reports: [{ trackingNumber: NUMBER }],
      misses: [],
    });
  });

  it('are read in the spelling of a client that keeps its objects, times as milliseconds', () => {
    const at = Date.UTC(2018, 2, 5, 16, 12);
    const bean = (timestamp: unknown) =>
      JSON.stringify({
        highestSeverity: 'SUCCESS',
        trackDetails: [
          {
            trackingNumber: NUMBER,
            statusDetail: { code: 'OD', description: 'On FedEx vehicle for delivery' },
            packageSequenceNumber: 1,
            events: [{ timestamp, eventType: 'OD', address: { city: 'SALEM' } }],
          },
        ],
      });
    for (const time of [at, { $numberLong: String(at) }, { $date: { $numberLong: String(at) } }]) {
      const report = reportOf(bean(time));
      expect(report.trackingNumber).toBe(NUMBER);
      expect(report.facts[0]).toMatchObject({
        codes: { event: 'OD' },
        time: { local: '2018-03-05T16:12:00', offsetMin: 0 },
        place: { city: 'SALEM' },
      });
    }
    expect(reportOf(bean('2018-03-05T08:12:00-08:00')).facts[0]?.time.offsetMin).toBe(-480);
    expect(reportOf(bean(7)).facts[0]?.time.local).toBeNull();
  });

  it('are not what other or broken XML is', () => {
    expect(adapter.parse({ text: soap('').replaceAll('HighestSeverity', 'Other') }).outcome).toBe(
      'unreadable',
    );
    expect(adapter.parse({ text: '<TrackReply><TrackDetails>' }).outcome).toBe('unreadable');
  });
});
