import { describe, expect, it } from 'vitest';
import { machineTime, offsetOf, wallClockFormats, withoutOffset, zoneLabel } from './wall-clock.ts';

/** Date formats put narrow no-break spaces before AM and PM. */
const plain = (text: string | null) => text?.replace(/[\u202f\u00a0]/g, ' ') ?? null;

describe('a wall clock', () => {
  const en = wallClockFormats('en-US');

  it('is not shown when the date is invalid or there is no time', () => {
    for (const local of ['', 'yesterday', '2026-02-30', '2026-13-01', '2026-11-19T25:00']) {
      expect(en.day(local)).toBeNull();
    }
    expect(en.time('2026-11-19')).toBeNull();
    expect(en.time('2026-11-19T25:00')).toBeNull();
  });

  it('shows the original wall-clock time, whatever this machine’s time zone', () => {
    expect(plain(en.time('2026-11-19T00:05'))).toBe('12:05 AM');
    expect(plain(en.time('2026-03-08T02:30:00'))).toBe('2:30 AM');
    expect(en.day('2026-11-19')).toBe('Thursday, November 19, 2026');
    expect(en.weekdayAndDate('2026-11-19')).toBe('Thursday, November 19');
    const de = wallClockFormats('de-DE');
    expect([de.time('2026-11-19T13:31'), de.weekdayAndDate('2026-11-19')]).toEqual([
      '13:31',
      'Donnerstag, 19. November',
    ]);
  });

  it('drops a trailing offset', () => {
    expect(withoutOffset('2026-11-19T13:31:00-05:00')).toBe('2026-11-19T13:31:00');
    expect(withoutOffset('2026-11-19T13:31:00.000Z')).toBe('2026-11-19T13:31:00');
    expect(withoutOffset('2026-11-19')).toBe('2026-11-19');
  });
});

describe('the zone of an event', () => {
  it('is unknown when the instant is unknown', () => {
    expect(offsetOf(null, '2026-11-19T13:31')).toBeNull();
    expect(offsetOf('2026-11-19T18:31:00Z', null)).toBeNull();
    expect(offsetOf('nonsense', '2026-11-19T13:31')).toBeNull();
    expect(machineTime('2026-11-19T13:31', null)).toBe('2026-11-19T13:31');
  });

  it.each([
    ['2026-11-19T18:31:00.000Z', '2026-11-19T13:31:00', 'UTC−05:00', '-05:00'],
    ['2026-11-19T13:31:00.000Z', '2026-11-19T13:31', 'UTC', '+00:00'],
    ['2026-11-19T08:01:00.000Z', '2026-11-19T13:31:00', 'UTC+05:30', '+05:30'],
    ['2026-11-18T23:31:00.000Z', '2026-11-19T13:31:00', 'UTC+14:00', '+14:00'],
  ])('of %s at %s is %s', (at, local, label, written) => {
    const offsetMin = offsetOf(at, local) ?? Number.NaN;
    expect(zoneLabel(offsetMin)).toBe(label);
    expect(machineTime(local, offsetMin)).toBe(local + written);
  });
});
