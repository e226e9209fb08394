import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from './parse.ts';

function read(track: object, push?: string) {
  const data = { tracking_number: '9205590164917312751089', carrier: 'usps', ...track };
  const value = push === undefined ? data : { event: push, data };
  return parse({ text: JSON.stringify(value), kind: push === undefined ? 'track' : 'webhook' });
}

function reportOf(track: object) {
  const outcome = read(track);
  return outcome.outcome === 'reports' ? outcome.reports[0] : undefined;
}

describe('a parcel of Shippo', () => {
  const event = { status: 'TRANSIT', status_date: '2026-04-13T02:00:00Z' };

  it('is named by its sub-status, or else its status, and its time', () => {
    const history = [
      { ...event, substatus: { code: 'delayed' } },
      { ...event, substatus: null },
    ];
    expect(reportOf({ tracking_history: history })?.facts.map((fact) => fact.identity)).toEqual([
      ['shippo-1', 'delayed', '2026-04-13T02:00:00'],
      ['shippo-1', 'TRANSIT', '2026-04-13T02:00:00'],
    ]);
  });

  it('has its current status only where it has no history', () => {
    const delivered = { ...event, status: 'DELIVERED' };
    expect(reportOf({ tracking_status: delivered })?.facts).toMatchObject([
      { codes: { status: 'DELIVERED' } },
    ]);
    const both = { tracking_status: delivered, tracking_history: [event] };
    expect(reportOf(both)?.facts).toMatchObject([{ codes: { status: 'TRANSIT' } }]);
  });

  // goshippo/shippo-javascript-sdk issue 18: the client rejects the whole parcel.
  it('keeps an event without a time', () => {
    const undated = { status: 'PRE_TRANSIT', status_details: 'Pre-Transit' };
    expect(reportOf({ tracking_history: [undated, event] })?.facts).toMatchObject([
      { codes: { status: 'PRE_TRANSIT' }, time: { local: null } },
      { codes: { status: 'TRANSIT' } },
    ]);
  });

  it('has no scan yet while its carrier does not know it', () => {
    for (const tracking_status of [null, { status: 'UNKNOWN' }, {}]) {
      expect(read({ tracking_status, tracking_history: [] })).toMatchObject({ outcome: 'not_yet' });
    }
  });

  it('has times in UTC, with or without a Z', () => {
    const timeOf = (status_date: string) =>
      reportOf({ tracking_history: [{ ...event, status_date }] })?.facts[0]?.time;
    expect(timeOf('2026-04-13T02:00:00Z')).toMatchObject({ zoneSource: 'offset', offsetMin: 0 });
    expect(timeOf('2026-04-13T02:00:00.586')).toMatchObject({
      local: '2026-04-13T02:00:00',
      zone: 'UTC',
      offsetMin: 0,
    });
    expect(timeOf('2026-04-13')).toMatchObject({ local: '2026-04-13', offsetMin: null });
    expect(timeOf('soon')).toMatchObject({ local: null });
  });

  it('is read from pushes about tracking, and from no other', () => {
    const track = { tracking_history: [event] };
    expect(read(track, 'track_updated').outcome).toBe('reports');
    for (const push of ['transaction_updated', 'batch_created']) {
      expect(read(track, push).outcome).toBe('not_yet');
    }
  });
});

it('any JSON has an outcome', () => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.jsonValue(),
      fc.constantFrom(200, 400, 404, 500),
      (a, b, status) => {
        for (const value of [
          a,
          { carrier: a, tracking_history: b },
          { carrier: 'usps', data: a },
        ]) {
          const text = JSON.stringify(value);
          parse({ text, httpStatus: status, kind: 'track', requestedNumber: 'A1' });
        }
      },
    ),
  );
});
