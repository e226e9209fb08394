import { expect, it } from 'vitest';
import type { ReportedFact } from '../../contract/contract.ts';
import { adapter } from '../index.ts';

const NUMBER = '122816215025810';
const SCAN = { date: '2026-01-09T13:31:20-05:00', eventType: 'OD' };

function reportOf(life: object) {
  const completeTrackResults = [{ trackingNumber: NUMBER, trackResults: [life] }];
  const outcome = adapter.parse({ text: JSON.stringify({ output: { completeTrackResults } }) });
  if (outcome.outcome !== 'reports') throw new Error(`${outcome.outcome}: ${outcome.reason}`);
  const [report] = outcome.reports;
  if (report === undefined) throw new Error('no report');
  return report;
}

function factOf(scan: object): ReportedFact | undefined {
  return reportOf({ scanEvents: [scan] }).facts[0];
}

it('a scan without an offset and a ZIP has the zone of its city, where that is a large one', () => {
  const offset = (city: string) =>
    factOf({
      eventType: 'AR',
      date: '2026-01-09T13:31:20',
      scanLocation: { city, stateOrProvinceCode: 'TN', countryCode: 'US' },
    })?.time.offsetMin;
  expect(offset('MEMPHIS')).toBe(-360);
  expect(offset('ROCKWOOD')).toBeNull();
});

it('a code in no list is read by its words, but never as a delivery', () => {
  const scan = (eventType: string, eventDescription: string) =>
    factOf({ ...SCAN, eventType, eventDescription })?.codes['event'];
  expect(scan('QX', 'Out for delivery')).toBe('OD');
  expect(scan('QX', 'Delivered')).toBe('QX');
  expect(scan('QX', 'Delivered to sender')).toBe('QX');
  expect(scan('AR', 'Out for delivery')).toBe('AR');
  expect(scan('OF', 'On FedEx vehicle for delivery')).toBe('OF');
  expect(scan('PX', 'Out for delivery')).toBe('PX');
  const status = (latestStatusDetail: object) =>
    reportOf({ latestStatusDetail }).snapshot.summary?.codes['event'];
  expect(status({ code: 'EXQ', description: 'Exception' })).toBe('SE');
  expect(status({ code: 'QX', description: 'It rains', statusByLocale: 'In transit' })).toBe('IT');
});
