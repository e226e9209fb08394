import { expect, it } from 'vitest';
import { dayOf } from './moved-parcel.ts';

it('reads an expected day, and nothing from what is no day', () => {
  expect(dayOf('2026-11-30')).toBe('2026-11-30');
  expect(dayOf('2026-11-30T18:00:00+01:00')).toBe('2026-11-30');
  for (const each of ['', '2026-13-45', '2026-02-30', 'tomorrow', null, undefined]) {
    expect(dayOf(each)).toBeNull();
  }
});
