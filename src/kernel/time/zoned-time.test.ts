import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../test-runs.ts';
import { instantMs, NO_TIME, wallClockMs } from './place-time.ts';
import {
  placeTimeFromIso,
  placeTimeInZone,
  placeTimeWithOffset,
  placeTimeWithoutZone,
  wallClockAt,
} from './zoned-time.ts';

const BERLIN = 'Europe/Berlin';

describe('wallClockAt', () => {
  it('is the local clock time, and nothing where there is no such place or time', () => {
    expect(wallClockAt('2026-11-20T19:16:00.123Z', BERLIN)).toBe('2026-11-20T20:16:00');
    expect(wallClockAt('2026-07-20T23:16:00.000Z', BERLIN)).toBe('2026-07-21T01:16:00');
    expect(wallClockAt('2026-11-20T19:16:00.000Z', 'Nowhere/Else')).toBeNull();
    expect(wallClockAt('soon', BERLIN)).toBeNull();
  });
});

describe('placeTimeInZone', () => {
  it('gives no time for a date that is none', () => {
    for (const local of ['2026-02-30', '2026-01-01T25:00', '', 'soon', '2026-01-01T10:61:00']) {
      expect(placeTimeInZone(local, 'minute', BERLIN, 'carrier_policy')).toEqual(NO_TIME);
    }
  });

  it('keeps the wall clock without an instant when the zone name is unknown', () => {
    const time = placeTimeInZone('2026-03-06T07:10', 'minute', 'Mars/Olympus', 'postal_code');
    expect(time).toEqual({ ...NO_TIME, local: '2026-03-06T07:10', precision: 'minute' });
  });

  it('reads a skipped hour with the offset before the jump and keeps the wall clock', () => {
    // Berlin goes from +60 to +120 on 2026-03-29 at 02:00.
    const time = placeTimeInZone('2026-03-29T02:30:00', 'minute', BERLIN, 'carrier_policy');
    expect(time.local).toBe('2026-03-29T02:30');
    expect(time.offsetMin).toBe(60);
  });

  it('reads a repeated hour as its first pass', () => {
    // Berlin goes from +120 to +60 on 2026-10-25 at 03:00.
    expect(placeTimeInZone('2026-10-25T02:30', 'minute', BERLIN, 'postal_code').offsetMin).toBe(
      120,
    );
    // New York repeats 01:00–02:00 on 2026-11-01.
    const york = placeTimeInZone('2026-11-01T01:30', 'minute', 'America/New_York', 'postal_code');
    expect(york.offsetMin).toBe(-240);
  });

  it('is right on both sides of a jump, minute by minute', () => {
    const offset = (local: string) =>
      placeTimeInZone(local, 'minute', BERLIN, 'facility').offsetMin;
    expect(offset('2026-03-29T01:59')).toBe(60);
    expect(offset('2026-03-29T03:00')).toBe(120);
    expect(offset('2026-10-25T01:59')).toBe(120);
    expect(offset('2026-10-25T03:00')).toBe(60);
  });

  it('reads back as the same wall clock in every zone but within a skipped hour', () => {
    const zones = ['Asia/Kolkata', 'America/St_Johns', 'Pacific/Auckland', 'Africa/Casablanca'];
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2030, 0, 1) }),
        fc.constantFrom(...zones),
        (ms, zone) => {
          const minute = Math.floor(ms / 60_000) * 60_000;
          const local = wallClockIn(zone, minute);
          const at = instantMs(placeTimeInZone(local, 'minute', zone, 'facility'));
          // The second pass of a repeated hour reads as the first: an hour earlier, never later.
          expect([0, 3_600_000]).toContain(minute - (at ?? Number.NaN));
        },
      ),
      { seed: 7, numRuns: runs(400) },
    );
  });

  it('gives a date the offset of its first minute', () => {
    const time = placeTimeInZone('2026-07-01T00:00:00', 'date', BERLIN, 'carrier_policy');
    expect(time).toEqual({
      local: '2026-07-01',
      precision: 'date',
      zoneSource: 'carrier_policy',
      offsetMin: 120,
      zone: BERLIN,
    });
  });
});

describe('placeTimeWithOffset and placeTimeWithoutZone', () => {
  it('lowers the precision to the given one', () => {
    expect(placeTimeWithOffset('2026-03-06', 'minute', -480).precision).toBe('date');
    expect(placeTimeWithoutZone('2026-03-06T10:00', 'second').precision).toBe('minute');
  });

  it('truncates to the requested precision', () => {
    expect(placeTimeWithoutZone('2026-03-06T10:00:59', 'minute').local).toBe('2026-03-06T10:00');
  });

  it('has no offset of a time it cannot read', () => {
    expect(placeTimeWithOffset('nonsense', 'minute', 60)).toEqual(NO_TIME);
  });

  it('knows no instant without an offset', () => {
    expect(instantMs(placeTimeWithoutZone('2026-03-06T10:00', 'minute'))).toBeNull();
    expect(instantMs(placeTimeWithOffset('2026-03-06T22:40', 'minute', -480))).toBe(
      Date.UTC(2026, 2, 7, 6, 40),
    );
  });
});

describe('placeTimeFromIso', () => {
  it('rejects texts that are no time', () => {
    for (const text of [
      '',
      'now',
      '2026-13-01',
      '2026-02-29T10:00Z',
      '10:00',
      '2026-01-01T10:00+99:00',
    ]) {
      expect(placeTimeFromIso(text), text).toBeNull();
    }
  });

  it.each([
    ['2026-10-06T05:51:00-04:00', '2026-10-06T05:51:00', 'second', -240],
    ['2026-10-06T05:51:00.123456Z', '2026-10-06T05:51:00', 'second', 0],
    ['2026-10-06T05:51+0200', '2026-10-06T05:51', 'minute', 120],
    ['2026-10-06 05:51:09', '2026-10-06T05:51:09', 'second', null],
    ['2026-10-06T05:51', '2026-10-06T05:51', 'minute', null],
    ['2026-10-06', '2026-10-06', 'date', null],
    ['2026-10-06T05:51:00-7:00', '2026-10-06T05:51:00', 'second', -420],
  ] as const)('reads %s', (text, local, precision, offsetMin) => {
    const time = placeTimeFromIso(text);
    expect(time).toMatchObject({ local, precision, offsetMin });
    expect(time?.zoneSource).toBe(offsetMin === null ? 'none' : 'offset');
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const time = placeTimeFromIso(text);
        expect(time === null || wallClockMs(time.local ?? '') !== null).toBe(true);
      }),
      { seed: 11 },
    );
  });
});

function wallClockIn(zone: string, ms: number): string {
  const parts = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'short',
  }).format(ms);
  return parts.replace(' ', 'T');
}
