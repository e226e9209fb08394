import { expect, it } from 'vitest';
import { RecentOffers } from './recent-offers.ts';

it('a courier counts as reading for four seconds after the newest offer', () => {
  const lately = new RecentOffers();
  lately.note(['a', 'b'], 1_000);
  lately.note(['a'], 3_000);
  expect(['a', 'b', 'c'].map((id) => lately.has(id, 4_000))).toEqual([true, true, false]);
  expect(['a', 'b'].map((id) => lately.has(id, 5_000))).toEqual([true, false]);
  expect(lately.has('a', 7_000)).toBe(false);
});

it('a clock that was set back skips nobody', () => {
  const lately = new RecentOffers();
  lately.note(['a'], 1_000_000);
  expect(lately.has('a', 1_000)).toBe(false);
});
