import { describe, expect, it } from 'vitest';
import { FIRST_PASS_SIZE, nextPassSize } from './pass-size.ts';

describe('how many deliveries a pass takes', () => {
  it('grows while passes are quick, up to 150', () => {
    const sizes = [FIRST_PASS_SIZE];
    for (let nr = 0; nr < 4; nr += 1) {
      const size = sizes.at(-1) ?? 0;
      sizes.push(nextPassSize(size, { looked: size, tookMs: size }));
    }
    expect(sizes).toEqual([50, 100, 150, 150, 150]);
  });

  it('drops at once to what three tenths of a second allow, after a pass that took too long', () => {
    expect(nextPassSize(150, { looked: 150, tookMs: 600 })).toBe(75);
    expect(nextPassSize(150, { looked: 80, tookMs: 400 })).toBe(60);
    expect(nextPassSize(60, { looked: 60, tookMs: 60_000 })).toBe(50);
  });

  it('does not change after a pass with little to do, which says little', () => {
    expect(nextPassSize(100, { looked: 3, tookMs: 60 })).toBe(100);
    expect(nextPassSize(100, { looked: 0, tookMs: 10 })).toBe(100);
  });
});
