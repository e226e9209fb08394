import { expect, it } from 'vitest';
import { storable } from './storable.ts';

it('replaces NUL and half surrogate pairs, at any depth and in names', () => {
  expect(
    storable({ 'a\0': [{ text: 'b\ud800c' }, '\udc00'], ok: '\u{1f69a}', n: 1, none: null }),
  ).toEqual({ 'a\ufffd': [{ text: 'b\ufffdc' }, '\ufffd'], ok: '\u{1f69a}', n: 1, none: null });
});

it('does not copy storable values', () => {
  const value = { list: [{ text: 'Zürich 🚚\n' }], not: Number.NaN };
  expect(storable(value).list).toBe(value.list);
  const clean = { list: value.list };
  expect(storable(clean)).toBe(clean);
});

it('leaves bytes as they are', () => {
  const bytes = new Uint8Array([0, 255]);
  expect(storable({ text: '\0', bytes }).bytes).toBe(bytes);
});
