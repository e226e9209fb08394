import { describe, expect, it } from 'vitest';
import { estimatedPickup, instantAtPlace } from './pickup-time.ts';

const ORDER = {
  // A Tuesday.
  orderTime: '2026-03-10T12:00:00',
  cutOff: '18:00:00',
  businessDays: [1, 2, 3, 4, 5],
  processingDays: 0,
};

describe('an estimated pickup', () => {
  it.each([
    ['is at once on a business day before the cut-off', {}, '2026-03-10T12:00:00'],
    ['is the next day after the cut-off', { cutOff: '11:59:59' }, '2026-03-11T00:00:00'],
    ['waits for a business day', { businessDays: [7] }, '2026-03-15T00:00:00'],
    ['counts business days for packing', { processingDays: 4 }, '2026-03-16T00:00:00'],
    [
      'counts them from the day after a late order',
      { orderTime: '2026-03-13T19:00:00', processingDays: 1 },
      '2026-03-17T00:00:00',
    ],
  ])('%s', (_, change, pickup) => {
    expect(estimatedPickup({ ...ORDER, ...change })).toBe(pickup);
  });

  it('is by the clock of the origin, and by UTC where no zone is known', () => {
    const berlin = { country: 'DE', region: null, postalCode: '10115' };
    expect(instantAtPlace('2026-03-10T12:00:00', berlin)).toBe(Date.UTC(2026, 2, 10, 11));
    const nowhere = { country: 'XX', region: null, postalCode: null };
    expect(instantAtPlace('2026-03-10T12:00:00', nowhere)).toBe(Date.UTC(2026, 2, 10, 12));
    expect(instantAtPlace('2026-02-30T12:00:00', berlin)).toBeNull();
  });
});
