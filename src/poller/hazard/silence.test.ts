import { describe, expect, it } from 'vitest';
import { silenceP99H } from './table.ts';

const silences = (hours: readonly number[], ended = true) =>
  hours.map((each) => ({ hours: each, ended, weight: 1 }));

describe('the silence that 99 of 100 parcels stay below', () => {
  it('is the coarser cell’s where no silence has ended yet', () => {
    expect(silenceP99H([], 120)).toBe(120);
    expect(silenceP99H(silences([500, 600], false), 120)).toBe(120);
  });

  it('is the 99th percentile of many', () => {
    const hours = Array.from({ length: 10_000 }, (_, index) => (index + 1) / 100);
    expect(silenceP99H(silences(hours), 50)).toBeCloseTo(99, -1);
  });

  it('leans on the coarser cell’s where there are few', () => {
    const few = silenceP99H(silences([1, 2, 3, 4, 5]), 120);
    expect(few).toBeGreaterThan(60);
    expect(few).toBeLessThan(120);
  });

  it('counts silences that still last as long as they were watched', () => {
    const ended = silences(Array.from({ length: 1_000 }, (_, index) => 1 + index / 100));
    const lasting = silences(new Array<number>(300).fill(5), false);
    expect(silenceP99H([...ended, ...lasting], 20)).toBeGreaterThanOrEqual(silenceP99H(ended, 20));
  });
});
