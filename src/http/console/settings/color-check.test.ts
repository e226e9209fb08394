import { expect, test } from 'vitest';
import { contrastOnWhite } from './color-check.ts';

test.each([
  ['#000000', '21.0', true],
  ['#767676', '4.5', true],
  // 4.48 : 1 is not enough, and is not rounded up.
  ['#777777', '4.4', false],
  ['#FFD400', '1.4', false],
])('%s has %s : 1 on white', (color, ratio, isReadable) => {
  expect(contrastOnWhite(color)).toEqual({ ratio, isReadable });
});
