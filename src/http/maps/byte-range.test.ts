import { describe, expect, it } from 'vitest';
import { readRange } from './byte-range.ts';

describe('a Range header', () => {
  it.each([
    ['bytes=0-99', { from: 0, to: 99 }],
    ['bytes=990-2000', { from: 990, to: 999 }],
    ['bytes=999-', { from: 999, to: 999 }],
    ['bytes=-1', { from: 999, to: 999 }],
    ['bytes=-5000', { from: 0, to: 999 }],
  ])('names bytes of the file: %s', (header, range) => {
    expect(readRange(header, 1_000)).toEqual(range);
  });

  it.each([undefined, '', 'bytes=', 'bytes=-', 'bytes=9-1', 'bytes=0-1,5-6', 'lines=1-2', 'x'])(
    'that is none is the whole file: %s',
    (header) => {
      expect(readRange(header, 1_000)).toBeNull();
    },
  );

  it.each(['bytes=1000-', 'bytes=1000-1001', 'bytes=-0'])('may lie outside: %s', (header) => {
    expect(readRange(header, 1_000)).toBe('outside');
  });

  it('of an empty file lies outside', () => {
    expect(readRange('bytes=0-0', 0)).toBe('outside');
  });
});
