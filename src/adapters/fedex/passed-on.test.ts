import { expect, it } from 'vitest';
import type { ReportedFact } from '../contract.ts';
import { adapter } from './index.ts';

const NUMBER = '122816215025810';
const SCAN = { date: '2026-01-09T13:31:20-05:00', eventType: 'OD' };

function reportOf(body: unknown) {
  const outcome = adapter.parse({ text: JSON.stringify(body) });
  if (outcome.outcome !== 'reports') throw new Error(`${outcome.outcome}: ${outcome.reason}`);
  const [report] = outcome.reports;
  if (report === undefined) throw new Error('no report');
  return report;
}

function factOf(scan: object): ReportedFact | undefined {
  const result = { trackingNumber: NUMBER, trackResults: [{ scanEvents: [scan] }] };
  return reportOf({ completeTrackResults: [result] }).facts[0];
}

it('results that were taken out of their envelope are read as if they were in it', () => {
  const result = { trackingNumber: NUMBER, trackResults: [{ scanEvents: [SCAN] }] };
  const enveloped = reportOf({ output: { completeTrackResults: [result] } });
  expect(enveloped.trackingNumber).toBe(NUMBER);
  expect(reportOf({ completeTrackResults: [result] })).toEqual(enveloped);
  expect(reportOf(result)).toEqual(enveloped);
  const life = { trackingNumber: NUMBER, scanEvents: [SCAN] };
  expect(reportOf({ output: { trackResults: [life] } })).toEqual(enveloped);
  expect(reportOf([result])).toEqual(enveloped);
  expect(reportOf({ trackResults: [{ trackingNumber: NUMBER, scanEvents: [SCAN] }] })).toEqual(
    enveloped,
  );
});

it('what the only result of a number says may stand beside the number', () => {
  const result = { trackingNumber: NUMBER, trackResults: [{ scanEvents: [SCAN] }] };
  const flat = { trackingNumber: NUMBER, scanEvents: [SCAN] };
  expect(reportOf({ output: { completeTrackResults: [flat] } })).toEqual(reportOf(result));
  const silent = { output: { completeTrackResults: [{ trackingNumber: NUMBER }] } };
  expect(adapter.parse({ text: JSON.stringify(silent) }).outcome).toBe('unreadable');
});

it('one scan beside the number is news and no whole history', () => {
  const report = reportOf({ trackingNumber: NUMBER, ...SCAN });
  expect(report).toMatchObject({ trackingNumber: NUMBER, fullHistory: false });
  expect(report.facts.map(({ codes }) => codes['event'])).toEqual(['OD']);
  expect(adapter.parse({ text: JSON.stringify(SCAN) }).outcome).toBe('unreadable');
});

it('a result that names no number anywhere is nobody’s and is not read', () => {
  const body = { completeTrackResults: [{ trackResults: [{ scanEvents: [SCAN] }] }] };
  expect(adapter.parse({ text: JSON.stringify(body) }).outcome).toBe('unreadable');
});

it('the status under its older name counts only where the newer is absent', () => {
  const of = (life: object) =>
    reportOf({ trackingNumber: NUMBER, trackResults: [life] }).snapshot.summary?.codes;
  const statusDetail = { code: 'DL' };
  expect(of({ statusDetail })).toEqual({ event: 'DL' });
  expect(of({ statusDetail, latestStatusDetail: { code: 'IT' } })).toEqual({ event: 'IT' });
});

it('a code spelt as its words is that code, and one of other words stays unknown', () => {
  const event = (eventType: string) => factOf({ ...SCAN, eventType })?.codes['event'];
  expect(event('OUT_FOR_DELIVERY')).toBe('OD');
  expect(event('DELIVERED')).toBe('DL');
  expect(event('Picked up')).toBe('PU');
  expect(event('DELIVERED_TO_SENDER')).toBe('DELIVERED_TO_SENDER');
  expect(event('zz')).toBe('ZZ');
});

it('the date of a scan is read under the names that clients give it', () => {
  const local = '2026-01-09T13:31:20';
  for (const name of ['date', 'dateTime', 'timestamp']) {
    expect(factOf({ eventType: 'OD', [name]: SCAN.date })?.time.local).toBe(local);
  }
});

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

it.each([
  ['RATE.LIMIT.EXCEEDED', 'rate_limited'],
  ['TOO_MANY_REQUESTS', 'rate_limited'],
  ['UNAUTHORIZED', 'auth_error'],
  ['Forbidden', 'auth_error'],
  ['TRACKINGNUMBER.NOTFOUND', 'not_found'],
  ['TRACKING.REFERENCENUMBER.NOTFOUND', 'not_found'],
  ['NOT.FOUND.ERROR', 'error'],
  ['TRACKING.TRACKINGNUMBER.EMPTY', 'error'],
])('the error code %s, of FedEx or of a gateway, means %s', (code, outcome) => {
  expect(adapter.parse({ text: JSON.stringify({ errors: [{ code }] }) }).outcome).toBe(outcome);
});

it('a code that no list has is read by the words beside it, never as a delivery', () => {
  const scan = (eventType: string, eventDescription: string) =>
    factOf({ ...SCAN, eventType, eventDescription })?.codes['event'];
  expect(scan('QX', 'Out for delivery')).toBe('OD');
  expect(scan('QX', 'Delivered')).toBe('QX');
  expect(scan('QX', 'Delivered to sender')).toBe('QX');
  expect(scan('AR', 'Out for delivery')).toBe('AR');
  expect(scan('OF', 'On FedEx vehicle for delivery')).toBe('OD');
  expect(scan('OF', 'In transit')).toBe('OF');
  expect(scan('PX', 'Out for delivery')).toBe('PX');
  const status = (latestStatusDetail: object) =>
    reportOf({ trackingNumber: NUMBER, trackResults: [{ latestStatusDetail }] }).snapshot.summary;
  expect(status({ code: 'EXQ', description: 'Exception' })?.codes['event']).toBe('SE');
  expect(
    status({ code: 'QX', description: 'It rains', statusByLocale: 'In transit' })?.codes['event'],
  ).toBe('IT');
});

it('the words and the clock of a scan are known by the names that clients give them', () => {
  const { eventType: _, ...date } = { ...SCAN, date: '2026-01-09' };
  for (const name of ['scanDescription', 'description']) {
    const fact = factOf({ ...date, time: '08:12:00', [name]: 'Picked up' });
    expect(fact).toMatchObject({ codes: { event: 'PU' }, text: 'Picked up' });
    expect(fact?.time.local).toBe('2026-01-09T08:12:00');
    expect(factOf({ ...SCAN, [name]: 'Delivered' })?.codes['event']).toBe('OD');
  }
  expect(factOf({ ...SCAN, time: '08:12:00' })?.time.local).toBe('2026-01-09T13:31:20');
  expect(factOf({ ...SCAN, date: '2026-01-09', time: 'noon' })?.time.local).toBe('2026-01-09');
});
