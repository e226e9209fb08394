import { expect, it } from 'vitest';
import { inRounds } from './rounds.ts';

it('continues until a step finds less than its limit', async () => {
  const left = [10, 10, 3, 10];
  expect(await inRounds(10, async () => left.shift() ?? 0)).toBe(23);
  expect(left).toEqual([10]);
});

it('leaves the rest to the next sweep when the time is up', async () => {
  let nowMs = 0;
  const step = async () => {
    nowMs += 400;
    return 10;
  };
  expect(await inRounds(10, step, { forMs: 1_000, monotonicMs: () => nowMs })).toBe(30);
});

it('ends after the step under way when it is to stop', async () => {
  let steps = 0;
  const step = async () => {
    steps += 1;
    return 10;
  };
  expect(await inRounds(10, step, { isStopping: () => steps === 2 })).toBe(20);
});
