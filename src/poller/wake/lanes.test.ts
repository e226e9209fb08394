import { expect, test } from 'vitest';
import { createLanes, PLACES } from './lanes.ts';

const many = (name: string, count: number) => Array.from({ length: count }, (_, i) => name + i);

test('a carrier whose lane is full holds up no other', () => {
  const lanes = createLanes();
  for (const id of many('a', PLACES)) expect(lanes.enter('one', id)).toBe(true);
  expect(lanes.enter('one', 'more')).toBe(false);
  expect(lanes.enter('two', 'b')).toBe(true);
  lanes.leave('one', 'a0', 10);
  expect(lanes.enter('one', 'more')).toBe(true);
});

test('accounts that were slow take half of their lane at most, until they are quick again', () => {
  const lanes = createLanes();
  const slow = many('s', PLACES);
  for (const id of slow) {
    lanes.enter('one', id);
    lanes.leave('one', id, 20_000);
  }
  expect(slow.filter((id) => lanes.enter('one', id))).toHaveLength(PLACES / 2);
  expect(lanes.enter('one', 'quick')).toBe(true);
  lanes.leave('one', 's0', 100);
  expect(lanes.enter('one', `s${PLACES - 1}`)).toBe(true);
  expect(lanes.enter('one', 's0')).toBe(true);
});

test('no account is in its lane twice', () => {
  const lanes = createLanes();
  expect([lanes.enter('one', 'a'), lanes.enter('one', 'a')]).toEqual([true, false]);
  expect(lanes.size()).toBe(1);
});
