import { expect, it } from 'vitest';
import { amountText } from './money.ts';

it.each([
  [4_900, 'USD', '49.00 USD'],
  [4_900, 'JPY', '4900 JPY'],
  [4_900, 'BHD', '4.900 BHD'],
  [5, 'EUR', '0.05 EUR'],
])('writes %i of %s as %s', (minor, currency, text) => {
  expect(amountText(minor, currency)).toBe(text);
});
