import { describe, expect, it } from 'vitest';
import type { CarrierReport } from '../contract.ts';
import { adapter } from './index.ts';

const NUMBER = '1Z023E2X0214323462';

function outcomeOf(body: unknown, asked?: string) {
  const text = JSON.stringify(body);
  return adapter.parse(asked === undefined ? { text } : { text, asked });
}

function reportOf(body: unknown, asked?: string): CarrierReport {
  const outcome = outcomeOf(body, asked);
  if (outcome.outcome !== 'reports') throw new Error(`${outcome.outcome}: ${outcome.reason}`);
  const [report] = outcome.reports;
  if (report === undefined) throw new Error('no report');
  return report;
}

describe('a part of an answer', () => {
  const activity = [{ status: { type: 'I', code: 'DP' }, date: '20260203', time: '041500' }];
  const parcel = { trackingNumber: NUMBER, activity, currentStatus: { code: '005' } };
  const shipment = { inquiryNumber: NUMBER, package: [parcel] };

  it('is read as if the rest were around it', () => {
    const whole = reportOf({ trackResponse: { shipment: [shipment] } });
    for (const part of [{ shipment: [shipment] }, [shipment], shipment, parcel]) {
      expect(reportOf(part)).toEqual(whole);
    }
  });

  it('is read of the older tool, too, and of what a converter made of its XML', () => {
    const status = { StatusType: { Code: 'I' }, StatusCode: { Code: 'DP' } };
    const scan = { Status: status, Date: '20260203', Time: '041500' };
    const older = { Shipment: { Package: { TrackingNumber: NUMBER, Activity: scan } } };
    const whole = reportOf({ TrackResponse: older });
    expect(whole.facts.map(({ codes }) => codes)).toEqual([{ type: 'I', code: 'DP' }]);
    expect(reportOf(older)).toEqual(whole);
    const lists = (value: unknown): unknown =>
      typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, [lists(one)]]))
        : value;
    expect(reportOf({ TrackResponse: lists(older) })).toEqual(whole);
  });

  it('is read where a status has the capitals of the older tool', () => {
    const Status = { Type: 'I', Code: 'DP' };
    const { Type: type, Code: code } = Status;
    const scans = [Status, { type, code }, { ...Status, type: 'I' }].map((status) => ({
      ...parcel,
      activity: [{ ...activity[0], status }],
    }));
    const [capital, small, both] = scans.map((one) => reportOf(one));
    expect(capital).toEqual(small);
    expect(both).toEqual(small);
  });

  it('is about the number that was asked for where it names none', () => {
    expect(reportOf({ activity }, NUMBER).trackingNumber).toBe(NUMBER);
    expect(outcomeOf({ activity }).outcome).toBe('unreadable');
  });

  it('is a current status alone, where that has the letter of a type', () => {
    const currentStatus = { type: 'I', code: 'AR' };
    expect(reportOf({ currentStatus }, NUMBER).snapshot.summary?.codes).toEqual(currentStatus);
    expect(outcomeOf({ currentStatus }).outcome).toBe('unreadable');
  });

  it('is about the number inquired where its own place holds a word', () => {
    const stub = { ...parcel, trackingNumber: 'string' };
    const of = (inquiryNumber: string, packages: readonly unknown[], asked?: string) => {
      const body = { trackResponse: { shipment: [{ inquiryNumber, package: packages }] } };
      return reportOf(body, asked).trackingNumber;
    };
    expect(of(NUMBER, [stub])).toBe(NUMBER);
    expect(of('string', [stub], NUMBER)).toBe(NUMBER);
    expect(of(NUMBER, [stub, parcel])).toBe('STRING');
  });

  it('is none where it only looks a little like one', () => {
    for (const body of [
      { trackingNumber: NUMBER },
      { currentStatus: { code: '011' } },
      { activity: 'none', currentStatus: '011' },
      [],
    ]) {
      expect(outcomeOf(body).outcome).toBe('unreadable');
    }
  });
});

describe('a push with names of somebody’s own', () => {
  const push = { inquiryNumber: NUMBER, gmtActivityDate: '20260203', gmtActivityTime: '101500' };
  const codesOf = (activityStatus: object) =>
    reportOf({ ...push, activityStatus }).facts.map(({ codes }) => codes);

  it('is about the number that was inquired', () => {
    expect(reportOf({ ...push, activityStatus: { type: 'I', code: 'OF' } }).trackingNumber).toBe(
      NUMBER,
    );
  });

  it('is read by its words where its type is none of the list, a delivery excepted', () => {
    expect(codesOf({ type: 'OT', description: 'Out for Delivery' })).toEqual([{ status3: '021' }]);
    expect(codesOf({ type: 'ZZ', description: 'Delivered' })).toEqual([{ type: 'ZZ' }]);
    expect(codesOf({ type: 'X', description: 'Out for Delivery' })).toEqual([{ type: 'X' }]);
  });
});
