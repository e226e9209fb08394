import { expect, it } from 'vitest';
import { OFFERS_REMEMBERED, offersLeft } from './screens.ts';

const announced = (count: number, from = 1) =>
  Array.from({ length: count }, (_, index) => ({ id: `del_${index + from}` }));

it('are those that the hub no longer lists', () => {
  expect(offersLeft(announced(3), announced(2, 2))).toEqual(['del_1']);
  expect(offersLeft([], announced(2))).toEqual([]);
  expect(offersLeft(announced(OFFERS_REMEMBERED), announced(1))).toHaveLength(
    OFFERS_REMEMBERED - 1,
  );
});

it('are not those displaced by newer ones', () => {
  expect(offersLeft(announced(OFFERS_REMEMBERED), announced(OFFERS_REMEMBERED, 2))).toEqual([]);
});
