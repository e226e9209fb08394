import { expect, it } from 'vitest';
import { dateTexts } from './dates.ts';

it('writes a time by the clock of its place, and says so where the reader has another time', () => {
  const words = {
    ...{ today: 'Today', yesterday: 'Yesterday', tomorrow: 'Tomorrow' },
    localTime: ({ time }: { readonly time: unknown }) => `${time} local time`,
  };
  const { clock, span } = dateTexts('de', { nowMs: 0, timeZone: 'Europe/Berlin', words });
  const at = '2026-11-26T12:00:00Z';
  expect([clock(at), clock(at, null), clock(at, 'Europe/Vaduz')]).toEqual(Array(3).fill('13:00'));
  expect(clock(at, 'America/New_York')).toBe('07:00 local time');
  expect(span(at, '2026-11-24T12:25:00Z')).toBe('13:00\u202f–\u202f13:25');
  expect(span(at, '2026-11-24T12:25:00Z', 'America/New_York')).toContain('local time');
  // Not the days as well.
  expect(span('2026-11-24T22:50:00Z', '2026-11-24T23:10:00Z')).toBe('23:50\u202f–\u202f00:10');
});
