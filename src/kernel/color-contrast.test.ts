import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contrast, HEX_COLOR, inkOn, readableOn } from './color-contrast.ts';

const color = fc
  .integer({ min: 0, max: 0xffffff })
  .map((value) => `#${value.toString(16).padStart(6, '0')}`);

describe('colours', () => {
  it('have the contrast WCAG gives as examples', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  });

  it('is readable on any background, whatever colour a merchant has', () => {
    fc.assert(
      fc.property(color, color, (wanted, ground) => {
        const found = readableOn(wanted, ground);
        expect(found).toMatch(HEX_COLOR);
        expect(contrast(found, ground)).toBeGreaterThanOrEqual(4.5);
        expect(contrast(inkOn(ground), ground)).toBeGreaterThanOrEqual(4.5);
      }),
      { seed: 5 },
    );
  });

  it('stay as they are where they can be read', () => {
    expect(readableOn('#1d3fb8', '#ffffff')).toBe('#1d3fb8');
    expect(readableOn('#1d3fb8', '#171a20')).not.toBe('#1d3fb8');
  });
});
