import { expect, test } from 'vitest';
import { createPools, PLACES } from './pools.ts';

const many = (name: string, count: number) => Array.from({ length: count }, (_, i) => name + i);

test('a carrier whose pool is full holds up no other', () => {
  const pools = createPools();
  for (const id of many('a', PLACES)) expect(pools.enter('one', id)).toBe(true);
  expect(pools.enter('one', 'more')).toBe(false);
  expect(pools.enter('two', 'b')).toBe(true);
  expect(pools.leave('one', 'a0', 10)).toBe('more');
  expect(pools.leave('one', 'a1', 10)).toBeNull();
});

test('accounts that were slow take half of their pool at most, until they are quick again', () => {
  const pools = createPools();
  const slow = many('s', PLACES);
  for (const id of slow) {
    pools.enter('one', id);
    pools.leave('one', id, 20_000);
  }
  expect(slow.filter((id) => pools.enter('one', id))).toHaveLength(PLACES / 2);
  expect(pools.enter('one', 'quick')).toBe(true);
  // The first in the queue gets the place; s0 was quick this time, and needs none of the slow
  // places.
  expect(pools.leave('one', 's0', 100)).toBe(`s${PLACES / 2}`);
  expect(pools.enter('one', 's0')).toBe(true);
});

test('the accounts that run and those that wait are known', () => {
  const pools = createPools();
  const ids = many('a', PLACES + 2);
  for (const id of ids) pools.enter('one', id);
  pools.enter('two', 'b');
  expect(pools.accountIds().toSorted()).toEqual([...ids, 'b'].toSorted());
  pools.leave('two', 'b', 10);
  expect(pools.accountIds().toSorted()).toEqual(ids.toSorted());
});

test('no account is in its pool twice', () => {
  const pools = createPools();
  expect([pools.enter('one', 'a'), pools.enter('one', 'a')]).toEqual([true, false]);
  expect(pools.size()).toBe(1);
});
