import fc from 'fast-check';
import { expect, it } from 'vitest';
import { whyTooLarge } from './answer-size.ts';
import { ANSWER_BYTES_MAX, ANSWER_DEPTH_MAX } from './limits.ts';

it('accepts whatever an adapter may return', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => whyTooLarge(value) === null));
  expect(whyTooLarge({ bytes: new Uint8Array(1_000), none: undefined })).toBeNull();
});

it('refuses an answer in which a small value occurs very often', () => {
  let value: unknown = [];
  for (let level = 0; level < 40; level += 1) value = [value, value];
  expect(whyTooLarge({ warnings: value })).toMatch(/more than 500000 values/);
});

it('refuses what is nested too deeply, in a circle, too long or unusual', () => {
  let deep: unknown = 'x';
  for (let level = 0; level < ANSWER_DEPTH_MAX + 1; level += 1) deep = { deep };
  expect(whyTooLarge(deep)).toMatch(/nested more than 64 times/);
  const circle: { self?: unknown } = {};
  circle.self = circle;
  expect(whyTooLarge(circle)).toMatch(/nested more than 64 times/);
  const half = 'x'.repeat(ANSWER_BYTES_MAX / 2);
  expect(whyTooLarge([half, half])).toBeNull();
  expect(whyTooLarge([half, half, 'y'])).toMatch(/more than 16777216 bytes/);
  expect(whyTooLarge([new Uint8Array(ANSWER_BYTES_MAX + 1)])).toMatch(/bytes/);
  expect(whyTooLarge({ all: new Map([[1, half]]) })).toBe('its answer contains a Map');
});
