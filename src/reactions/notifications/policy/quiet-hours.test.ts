import { describe, expect, it } from 'vitest';
import { FOR_EVER_MS, quietUntilMs, windowEndMs, zoneOf } from './quiet-hours.ts';

const NIGHT = { from: '21:00', to: '08:00' };
const NOON = { from: '12:00', to: '14:00' };
const at = (text: string) => Date.parse(text);
const until = (hours: typeof NIGHT, zone: string, text: string) => {
  const ms = quietUntilMs(hours, zone, at(text));
  return ms === null ? null : new Date(ms).toISOString();
};

describe('quiet hours', () => {
  it('go over midnight and end in the morning of the place', () => {
    expect(until(NIGHT, 'Europe/Berlin', '2026-01-10T20:00:00Z')).toBe('2026-01-11T07:00:00.000Z');
    expect(until(NIGHT, 'Europe/Berlin', '2026-01-11T02:00:00Z')).toBe('2026-01-11T07:00:00.000Z');
    expect(until(NIGHT, 'Europe/Berlin', '2026-01-10T19:59:59Z')).toBeNull();
    expect(until(NIGHT, 'Europe/Berlin', '2026-01-11T07:00:00Z')).toBeNull();
  });

  it('are those of the zone and not of the server: one instant is night here and day there', () => {
    const instant = '2026-07-01T04:00:00Z';
    expect(until(NIGHT, 'America/New_York', instant)).toBe('2026-07-01T12:00:00.000Z');
    expect(until(NIGHT, 'Asia/Tokyo', instant)).toBeNull();
    expect(until(NIGHT, 'Pacific/Kiritimati', '2026-07-01T07:30:00Z')).toBe(
      '2026-07-01T18:00:00.000Z',
    );
  });

  it('may lie within a day', () => {
    expect(until(NOON, 'UTC', '2026-01-10T13:59:00Z')).toBe('2026-01-10T14:00:00.000Z');
    expect(until(NOON, 'UTC', '2026-01-10T11:59:00Z')).toBeNull();
  });

  it('end at the wall clock when it was put forward or back in the night', () => {
    // Berlin: 29 March 2026, 02:00 becomes 03:00; 25 October 2026, 03:00 becomes 02:00.
    expect(until(NIGHT, 'Europe/Berlin', '2026-03-28T22:00:00Z')).toBe('2026-03-29T06:00:00.000Z');
    expect(until(NIGHT, 'Europe/Berlin', '2026-10-24T22:00:00Z')).toBe('2026-10-25T07:00:00.000Z');
  });

  it('end with the jump when the clock jumps over their end', () => {
    const until0230 = { from: '22:00', to: '02:30' };
    const jump = '2026-03-29T01:00:00.000Z';
    expect(until(until0230, 'Europe/Berlin', '2026-03-28T22:00:00Z')).toBe(jump);
    expect(until(until0230, 'Europe/Berlin', '2026-03-29T00:59:59Z')).toBe(jump);
    expect(until(until0230, 'Europe/Berlin', jump)).toBeNull();
    // This clock changes by half an hour only.
    expect(
      until({ from: '22:00', to: '02:15' }, 'Australia/Lord_Howe', '2026-10-03T13:00:00Z'),
    ).toBe('2026-10-03T15:30:00.000Z');
  });

  it('never wait for what has passed, nor longer than a day, whatever the zone and the minute', () => {
    for (const zone of [
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
      'America/St_Johns',
    ]) {
      for (
        let ms = at('2026-03-07T00:00:00Z');
        ms < at('2026-04-07T00:00:00Z');
        ms += 17 * 60_000
      ) {
        const end = quietUntilMs({ from: '22:15', to: '02:30' }, zone, ms);
        if (end === null) continue;
        expect(end).toBeGreaterThan(ms);
        expect(end - ms).toBeLessThanOrEqual(6 * 3_600_000);
        expect(quietUntilMs({ from: '22:15', to: '02:30' }, zone, end)).toBeNull();
      }
    }
  });
});

describe('a window', () => {
  it('of a day ends at midnight of the place', () => {
    const end = windowEndMs({ kind: 'day' }, 'America/Los_Angeles', at('2026-07-01T06:59:00Z'));
    expect(new Date(end).toISOString()).toBe('2026-07-01T07:00:00.000Z');
  });

  it('is a time, or for ever', () => {
    expect(windowEndMs({ kind: 'ms', ms: 5 }, 'UTC', 10)).toBe(15);
    expect(windowEndMs({ kind: 'forever' }, 'UTC', 10)).toBe(FOR_EVER_MS);
  });
});

it('takes the first zone that is one', () => {
  expect(zoneOf(null, 'Nowhere/Town', 'Europe/Paris', 'UTC')).toBe('Europe/Paris');
  expect(zoneOf(undefined)).toBe('UTC');
});
