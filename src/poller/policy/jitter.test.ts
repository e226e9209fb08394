import { describe, expect, it } from 'vitest';
import { jitterOf } from './policy.ts';

describe('jitter', () => {
  it('is the same after every restart', () => {
    expect(jitterOf('')).toBe(jitterOf(''));
    expect(jitterOf('1Z999AA10123456784')).toBeCloseTo(0.45604, 4);
  });

  it('spreads numbers that follow one another evenly over [0, 1)', () => {
    const tenths = new Array<number>(10).fill(0);
    for (let index = 0; index < 10_000; index += 1) {
      const jitter = jitterOf(`7946${10_000_000 + index}`);
      const tenth = Math.floor(jitter * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    for (const count of tenths) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });

  it('differs by salt, so that one number’s pauses differ', () => {
    expect(jitterOf('T1', 1)).not.toBe(jitterOf('T1', 2));
  });
});
