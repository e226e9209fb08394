import { expect, it } from 'vitest';
import { nextSequence, previousPublished, SEQUENCE_JUMP } from './sequence-jump.ts';

it('continues by one, and after a restore once above the next million', () => {
  expect(nextSequence(0, 0)).toBe(1);
  expect(nextSequence(6, 0)).toBe(7);
  expect(nextSequence(6, SEQUENCE_JUMP)).toBe(1_000_001);
  expect(nextSequence(1_000_001, SEQUENCE_JUMP)).toBe(1_000_002);
  expect(nextSequence(1_000_002, 2 * SEQUENCE_JUMP)).toBe(2_000_001);
  expect(nextSequence(0, SEQUENCE_JUMP)).toBe(1);
});

it('returns a number that nobody has as the one before the jump', () => {
  expect(previousPublished(6, 7)).toBe(6);
  expect(previousPublished(3, 7)).toBe(3);
  expect(previousPublished(null, 7)).toBe(null);
  expect(previousPublished(6, 1_000_001)).toBe(1_000_000);
  expect(previousPublished(6, 1_000_005)).toBe(1_000_000);
  expect(previousPublished(1_000_001, 1_000_005)).toBe(1_000_001);
  expect(previousPublished(null, 1_000_001)).toBe(null);
});
