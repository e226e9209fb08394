import { describe, expect, it } from 'vitest';
import type { CarrierReport } from '../contract.ts';
import { adapter } from './index.ts';

const NUMBER = '1Z023E2X0214323462';

const LABEL = 'Shipper created a label, UPS has not received the package yet. ';

function activity(date: string, time: string, activityScan: string, location = 'Salem, OR, US') {
  return { date, time, location, activityScan };
}

function outcomeOf(detail: object) {
  return adapter.parse({ text: JSON.stringify({ statusCode: '200', trackDetails: [detail] }) });
}

function reportOf(detail: object): CarrierReport {
  const outcome = outcomeOf({ trackingNumber: NUMBER, ...detail });
  if (outcome.outcome !== 'reports') throw new Error(`${outcome.outcome}: ${outcome.reason}`);
  const [report] = outcome.reports;
  if (report === undefined) throw new Error('no report');
  return report;
}

describe('what ups.com tells its own page', () => {
  const detail = {
    packageStatus: 'Out for Delivery',
    packageStatusType: 'I',
    packageStatusCode: '021',
    sdd: '20260305',
    sdst: '09:15:00',
    sdt: '13:15:00',
    receivedBy: 'MARKER',
    shipmentProgressActivities: [
      activity('03/05/2026', '6:02 A.M.', 'Out For Delivery Today'),
      activity('03/04/2026', '12:40 P.M.', 'Departed from Facility', 'Reno, NV, United States'),
      activity('03/02/2026', '12:05 A.M.', LABEL, 'United States'),
    ],
  };

  it('is read by the words of its activities, on the clocks of their places', () => {
    const report = reportOf(detail);
    expect(report.trackingNumber).toBe(NUMBER);
    expect(report.facts.map(({ codes, time }) => [codes, time.local])).toEqual([
      [{ type: 'I', code: 'OT' }, '2026-03-05T06:02:00'],
      [{ type: 'I', code: 'DP' }, '2026-03-04T12:40:00'],
      [{ type: 'M', code: 'MP' }, '2026-03-02T00:05:00'],
    ]);
    expect(report.facts[1]?.place).toMatchObject({ city: 'Reno', region: 'NV', country: 'US' });
    expect(report.snapshot).toMatchObject({
      summary: { codes: { type: 'I', status3: '021' } },
      estimatedDelivery: {
        date: '2026-03-05',
        from: '2026-03-05T09:15:00',
        to: '2026-03-05T13:15:00',
      },
    });
    expect(JSON.stringify(report)).not.toContain('MARKER');
  });

  it('keeps words it does not know for review, and reads the newest of an exception by its code', () => {
    const late = activity('03/06/2026', '4:00 A.M.', 'The road is closed.');
    const codesOf = (packageStatusType: string) =>
      reportOf({
        packageStatus: 'On the Way: Delayed',
        packageStatusType,
        packageStatusCode: '048',
        shipmentProgressActivities: [{ ...late, date: '03/05/2026' }, late],
      }).facts.map(({ codes }) => codes);
    const unknown = { code: 'UNRECOGNISED_WORDS' };
    expect(codesOf('X')).toEqual([unknown, { type: 'X', status3: '048' }]);
    expect(codesOf('I')).toEqual([unknown, unknown]);
  });

  it('has days whose order shows, or that are not read', () => {
    const localOf = (date: string, time: string) =>
      reportOf({
        shipmentProgressActivities: [activity(date, time, 'Arrived at Facility')],
      }).facts[0]?.time.local;
    expect(localOf('25/03/2026', '9:30')).toBe('2026-03-25T09:30:00');
    expect(localOf('03/25/2026', '9:30')).toBe('2026-03-25T09:30:00');
    expect(localOf('03/04/2026', '9:30 P.M.')).toBe('2026-03-04T21:30:00');
    expect(localOf('03/04/2026', '9:30')).toBeNull();
    expect(localOf('March 4, 2026', '9:30 A.M.')).toBe('2026-03-04T09:30:00');
    expect(localOf('Mars 4, 2026', '9:30 A.M.')).toBeNull();
  });

  it('takes the GMT clock where there is one', () => {
    const gmt = { gmtDate: '20260304', gmtTime: '20:05:09', gmtOffset: '+01:00' };
    const scan = { ...activity('04/03/2026', '21:05', 'Arrived at Facility', 'BERN, CH'), ...gmt };
    expect(reportOf({ shipmentProgressActivities: [scan] }).facts[0]?.time).toMatchObject({
      local: '2026-03-04T21:05:09',
      offsetMin: 60,
    });
  });
});

describe('a delivery on that page', () => {
  const summaryOf = (packageStatusType?: string, packageStatusCode?: string, words?: string) => {
    const outcome = outcomeOf({
      trackingNumber: NUMBER,
      packageStatusType,
      packageStatusCode,
      packageStatus: words,
    });
    return outcome.outcome === 'reports' && outcome.reports[0]?.snapshot.summary?.codes;
  };
  const delivered = { type: 'D', status3: '011' };

  it('is one by type and words, or by its code', () => {
    expect(summaryOf('D', undefined, 'Delivered')).toEqual(delivered);
    expect(summaryOf('D', '011', 'Delivered')).toEqual(delivered);
    expect(summaryOf('D', '011', 'Zugestellt')).toEqual(delivered);
    expect(summaryOf(undefined, '011')).toEqual(delivered);
  });

  it('is none by type alone, by words alone, or against type, words or code', () => {
    const unknown = { code: 'UNRECOGNISED_WORDS' };
    expect(summaryOf('D', undefined, 'Delivered to someone')).toEqual(unknown);
    expect(summaryOf('D')).toEqual(unknown);
    expect(summaryOf(undefined, undefined, 'Delivered')).toEqual(unknown);
    expect(summaryOf('I', undefined, 'Delivered')).toEqual({ type: 'I' });
    expect(summaryOf('X', '011', 'Delivered')).toEqual({ type: 'X' });
    expect(summaryOf('D', '011', 'Returned to Sender')).toEqual({ status3: '034' });
    expect(summaryOf('D', '161', 'Delivered')).toEqual({ status3: '161' });
    expect(summaryOf('D', '999', 'Delivered')).toEqual({ status3: '999' });
  });

  it('is one by its words alone where they stand there twice and nothing says otherwise', () => {
    const scans = (...words: string[]) => ({
      shipmentProgressActivities: words.map((scan, i) =>
        activity('03/06/2026', `${6 - i}:14 P.M.`, scan),
      ),
    });
    const codesOf = (detail: object) => {
      const { facts, snapshot } = reportOf({ packageStatus: 'Delivered', ...detail });
      return [snapshot.summary?.codes, facts[0]?.codes];
    };
    const unknown = { code: 'UNRECOGNISED_WORDS' };
    expect(codesOf(scans('Delivered', 'Departure Scan'))).toEqual([delivered, delivered]);
    expect(codesOf({ progressBarType: 'Delivered' })).toEqual([delivered, undefined]);
    expect(codesOf(scans('Departure Scan', 'Delivered'))[0]).toEqual(unknown);
    expect(codesOf({ ...scans('Delivered'), packageStatusType: 'I' })[1]).toEqual(unknown);
  });

  it('is one of its activities only where the parcel has it, too', () => {
    const factOf = (packageStatusType: string) =>
      reportOf({
        packageStatus: 'Delivered',
        packageStatusType,
        deliveredDate: 'Friday, 03/06/2026',
        deliveredTime: '1:14 P.M.',
        shipmentProgressActivities: [activity('03/06/2026', '1:14 P.M.', 'DELIVERED')],
      });
    expect(factOf('D').facts[0]?.codes).toEqual(delivered);
    expect(factOf('D').snapshot.summary?.time.local).toBe('2026-03-06T13:14:00');
    expect(factOf('I').facts[0]?.codes).toEqual({ code: 'UNRECOGNISED_WORDS' });
  });
});

it('a parcel that was only announced is read by those words', () => {
  expect(reportOf({ packageStatus: 'Label Created' }).snapshot.summary?.codes).toEqual({
    type: 'M',
    code: 'MP',
  });
});

describe('that page without news', () => {
  it('does not know the number, or says an error of its own', () => {
    const errorText = 'We could not locate the shipment details for this tracking number. Sorry.';
    const detail = { requestedTrackingNumber: NUMBER, errorCode: '504', errorText };
    expect(outcomeOf(detail)).toMatchObject({ outcome: 'not_found', trackingNumbers: [NUMBER] });
    expect(outcomeOf({ ...detail, errorText: 'Try later' }).outcome).toBe('error');
  });

  it('is unreadable where it lists no parcel', () => {
    for (const trackDetails of [[], null, 'none', [null]]) {
      const outcome = adapter.parse({ text: JSON.stringify({ statusCode: '200', trackDetails }) });
      expect(outcome).toMatchObject({
        outcome: 'unreadable',
        reason: expect.stringContaining('trackDetails'),
      });
    }
  });
});
