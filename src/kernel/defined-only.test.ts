import { expect, it } from 'vitest';
import { definedOnly } from './defined-only.ts';

it('leaves out undefined members only', () => {
  const given: { a?: number | undefined; b: null; c: string | undefined } = {
    a: undefined,
    b: null,
    c: 'd',
  };
  expect(definedOnly(given)).toStrictEqual({ b: null, c: 'd' });
  expect(Object.keys(definedOnly(given))).toEqual(['b', 'c']);
});
