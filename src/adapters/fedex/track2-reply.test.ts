import { describe, expect, it } from 'vitest';
import type { CarrierReport } from '../contract.ts';
import { adapter } from './index.ts';

const NUMBER = '183689015000001';

function reply(inside: string): string {
  return `<?xml version="1.0"?><FDXTrack2Reply><MoreData>false</MoreData>${inside}</FDXTrack2Reply>`;
}

function event(code: string, date: string, time: string, more = ''): string {
  return `<Event><Date>${date}</Date><Time>${time}</Time><Type>${code}</Type>
    <Description>words</Description>${more}<Address><City>SALEM</City>
    <StateOrProvinceCode>OR</StateOrProvinceCode><CountryCode>US</CountryCode></Address></Event>`;
}

const PACKAGE = `<TrackingNumber>${NUMBER}</TrackingNumber>
  <TrackingNumberUniqueIdentifier>12009~${NUMBER}</TrackingNumberUniqueIdentifier>
  <StatusCode>OD</StatusCode><StatusDescription>On FedEx vehicle for delivery</StatusDescription>
  <SignedForBy>A.PERSON</SignedForBy><EstimatedDeliveryDate>2009-04-03</EstimatedDeliveryDate>
  <DestinationAddress><City>SALEM</City><CountryCode>US</CountryCode></DestinationAddress>
  ${event('OD', '2009-04-03', '08:10:00')}
  ${event('DE', '2009-04-02', '17:20:00', '<StatusExceptionCode>08</StatusExceptionCode>')}`;

function reportOf(text: string): CarrierReport {
  const outcome = adapter.parse({ text });
  if (outcome.outcome !== 'reports') throw new Error(`${outcome.outcome}: ${outcome.reason}`);
  const [report] = outcome.reports;
  if (report === undefined) throw new Error('no report');
  return report;
}

describe('the XML before the web services', () => {
  it('has the codes of today, on the clocks of the place', () => {
    const report = reportOf(reply(`<Package>${PACKAGE}</Package>`));
    expect(report).toMatchObject({
      trackingNumber: NUMBER,
      snapshot: {
        summary: { codes: { event: 'OD' } },
        estimatedDelivery: { date: '2009-04-03' },
        destination: { city: 'SALEM' },
      },
    });
    expect(report.facts.map(({ codes, time }) => [codes, time.local])).toEqual([
      [{ event: 'OD' }, '2009-04-03T08:10:00'],
      [{ event: 'DE', exception: '08' }, '2009-04-02T17:20:00'],
    ]);
    expect(JSON.stringify(report)).not.toContain('PERSON');
  });

  it('is an error where it says so, and nothing when empty', () => {
    const error = '<Error><Code>500139</Code><Message>Invalid tracking number</Message></Error>';
    expect(adapter.parse({ text: reply(error) }).outcome).toBe('error');
    expect(['error', 'unreadable']).toContain(adapter.parse({ text: reply('') }).outcome);
  });
});

describe('a current status that has a derived code only', () => {
  const summaryOf = (latestStatusDetail: object, dateAndTimes: readonly object[] = []) => {
    const life = {
      trackingNumberInfo: { trackingNumber: NUMBER },
      latestStatusDetail,
      dateAndTimes,
    };
    const answer = { output: { completeTrackResults: [{ trackResults: [life] }] } };
    return reportOf(JSON.stringify(answer)).snapshot.summary?.codes;
  };
  const day = [{ type: 'ACTUAL_DELIVERY', dateTime: '2026-02-03T10:15:00' }];

  it('is that code', () => {
    expect(summaryOf({ derivedCode: 'OC' })).toEqual({ event: 'OC', derived: 'OC' });
  });

  it('is a delivery where its words or, without any, its day say so', () => {
    const delivered = { event: 'DL', derived: 'DL' };
    expect(summaryOf({ derivedCode: 'DL' }, day)).toEqual(delivered);
    expect(summaryOf({ derivedCode: 'DL', description: 'Delivered' })).toEqual(delivered);
  });

  it('is no delivery otherwise', () => {
    expect(summaryOf({ derivedCode: 'DL' })).toEqual({ derived: 'DL' });
    const description = 'Delivered to sender';
    expect(summaryOf({ derivedCode: 'DL', description }, day)).toEqual({ derived: 'DL' });
  });
});
