import { expect, it } from 'vitest';
import { dateTexts } from './dates.ts';

it('writes a time by the clock of its place, and says so where the reader has another time', () => {
  const words = {
    ...{ today: 'Today', yesterday: 'Yesterday', tomorrow: 'Tomorrow' },
    localTime: ({ time }: { readonly time: unknown }) => `${time} local time`,
  };
  const { clock } = dateTexts('de', { nowMs: 0, timeZone: 'Europe/Berlin', words });
  const at = '2026-11-26T12:00:00Z';
  expect([clock(at), clock(at, null), clock(at, 'Europe/Vaduz')]).toEqual(Array(3).fill('13:00'));
  expect(clock(at, 'America/New_York')).toBe('07:00 local time');
});
