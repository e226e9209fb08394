import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  clockOfMinutes,
  daysBetween,
  isLocalDate,
  localTimeAt,
  minutesOfClock,
  weekdayOf,
} from './local-date.ts';

fc.configureGlobal({ seed: 20_261_120 });

describe('local dates', () => {
  it('are real days of plausible years', () => {
    for (const real of ['1970-01-01', '2024-02-29', '2099-12-31']) {
      expect(isLocalDate(real)).toBe(true);
    }
    for (const odd of ['2026-02-29', '2026-13-01', '1969-12-31', '2100-01-01', '', '2026-1-1']) {
      expect(isLocalDate(odd)).toBe(false);
    }
    expect(isLocalDate('2026-11-20T10:00')).toBe(false);
  });

  it('add and subtract as calendars do', () => {
    fc.assert(
      fc.property(fc.integer({ min: -9_000, max: 9_000 }), (days) => {
        const date = addDays('2000-03-01', days);
        expect(daysBetween('2000-03-01', date)).toBe(days);
        expect(addDays(date, -days)).toBe('2000-03-01');
      }),
    );
    expect(addDays('2024-02-28', 1)).toBe('2024-02-29');
    expect(weekdayOf('2026-11-20')).toBe('fri');
    expect(weekdayOf('1970-01-01')).toBe('thu');
  });

  it('are the local calendar’s days, around midnight and clock changes', () => {
    const at = (iso: string, zone: string) => localTimeAt(Date.parse(iso), zone);
    expect(at('2026-11-20T23:30:00Z', 'Europe/Berlin')).toEqual({
      date: '2026-11-21',
      minutes: 30,
    });
    expect(at('2026-11-20T03:00:00Z', 'America/New_York').date).toBe('2026-11-19');
    expect(at('2026-03-29T00:59:00Z', 'Europe/Berlin').minutes).toBe(119);
    expect(at('2026-03-29T01:00:00Z', 'Europe/Berlin').minutes).toBe(180);
    expect(at('2026-11-20T12:00:00Z', 'Nowhere/Nothing').minutes).toBe(720);
  });

  it('have clocks that can be parsed back', () => {
    for (const minutes of [0, 59, 600, 1_439]) {
      expect(minutesOfClock(clockOfMinutes(minutes))).toBe(minutes);
    }
    expect(clockOfMinutes(1_440)).toBe('23:59');
    expect(clockOfMinutes(-5)).toBe('00:00');
  });
});
