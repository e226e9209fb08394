import { expect, it } from 'vitest';
import { amountText, minorOf } from './money.ts';

it.each([
  [4_900, 'USD', '49.00 USD'],
  [4_900, 'JPY', '4900 JPY'],
  [4_900, 'BHD', '4.900 BHD'],
  [5, 'EUR', '0.05 EUR'],
])('writes %i of %s as %s', (minor, currency, text) => {
  expect(amountText(minor, currency)).toBe(text);
});

it.each([
  ['49', 'EUR', 4_900],
  [' 49,5 ', 'EUR', 4_950],
  ['49.50', 'USD', 4_950],
  ['4900', 'JPY', 4_900],
  ['49.5', 'JPY', null],
  ['1.234', 'BHD', 1_234],
  ['1.234', 'EUR', null],
  ['-1', 'EUR', null],
  ['1e3', 'EUR', null],
  ['', 'EUR', null],
  ['9', 'euro', null],
])('reads %j of %s as %j', (text, currency, minor) => {
  expect(minorOf(text, currency)).toBe(minor);
});
