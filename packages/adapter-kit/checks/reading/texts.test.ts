import { expect, it } from 'vitest';
import { patternCost } from './texts.ts';

it.each([
  /^(a+)+$/,
  /^(a*)*$/,
  /(a|a)*b/,
  /^(\w+\s?)*$/,
  /^([a-z]+)*\d$/,
  /(x+x+)+y/,
  /^(?:a|ab|b)*c$/,
  /^(?:[A-Z]{2}\d*)+(?:[A-Z]{2})*$|^(\d+)+x$/,
])('detects that %s takes exponential time', async (pattern) => {
  expect(await patternCost(pattern)).toBe('exponential');
});

it.each([/^\s*\s*$/, /\s+$/, /^\d+\d+x$/, /=+$/, /^.*a.*b$/, /^(?:1Z)?[0-9A-Z]*[A-Z]*-$/])(
  'detects that %s takes the square of the length',
  async (pattern) => {
    expect(await patternCost(pattern)).toBe('polynomial');
  },
);

it.each([
  /^\d{13}$/,
  /^[A-Z]{2}\d{9}[A-Z]{2}$/,
  /\s+/g,
  /[\s\-.\p{Cc}\u2010-\u2015]/gu,
  /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/,
  /^EZ(\d)0{8}\1$/,
  /^[\x21-\x7e]{1,8192}$/,
  /^(?:420\d{5}(?:\d{4})?)?(9[1-5]\d{20})$/,
  /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2})(?::(\d{2})(?:[.,]\d+)?)? ?([Zz]|[+-]\d{1,2}(?::?\d{2})?)?)?$/,
  /(?<=x)\bfoo\b(?!bar)/i,
  /^[^,]*,[^,]*$/,
])('lets %s pass as linear', async (pattern) => {
  expect(await patternCost(pattern)).toBe('linear');
});

it('reports what it cannot judge in time as undecided instead of passing it', async () => {
  expect(await patternCost(/^\d{1,99}\d*$/, 200)).not.toBe('linear');
});
