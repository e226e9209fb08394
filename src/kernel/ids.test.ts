import { expect, it } from 'vitest';
import { isUuid, uuidV4, uuidV7 } from './ids.ts';

const ONES = new Uint8Array(16).fill(0xff);

it('puts the milliseconds in front, so that ids sort by when they were made', () => {
  expect(uuidV7(0x0123_4567_89ab, ONES)).toBe('01234567-89ab-7fff-bfff-ffffffffffff');
  expect(uuidV7(1_000, ONES) < uuidV7(1_001, new Uint8Array(10))).toBe(true);
});

it('says nothing in a random id but that it is one, and leaves the given bytes alone', () => {
  const random = Uint8Array.from(ONES);
  expect(uuidV4(random)).toBe('ffffffff-ffff-4fff-bfff-ffffffffffff');
  expect(random).toEqual(ONES);
});

it.each(['', 'x', '01234567-89ab-7fff-bfff-fffffffffff', '{01234567-89ab-7fff-bfff-ffffffffffff}'])(
  'does not take %j for an id',
  (text) => expect(isUuid(text)).toBe(false),
);
