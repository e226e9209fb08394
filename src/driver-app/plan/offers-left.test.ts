import { expect, it } from 'vitest';
import { OFFERS_TOLD, offersLeft } from './offers-left.ts';

const told = (count: number, from = 1) =>
  Array.from({ length: count }, (_, nr) => ({ id: `del_${nr + from}` }));

it('are those that the hub tells no more', () => {
  expect(offersLeft(told(3), told(2, 2))).toEqual(['del_1']);
  expect(offersLeft([], told(2))).toEqual([]);
  expect(offersLeft(told(OFFERS_TOLD), told(1))).toHaveLength(OFFERS_TOLD - 1);
});

it('are none that newer ones have pushed out', () => {
  expect(offersLeft(told(OFFERS_TOLD), told(OFFERS_TOLD, 2))).toEqual([]);
});
