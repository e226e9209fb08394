import { expect, it } from 'vitest';
import type { Mode } from '../../../kernel/tenant.ts';
import { countPlaces } from './places-taken.ts';

it('one merchant leaves places for others, whatever the mode of its keys', () => {
  const places = countPlaces();
  const take = (merchantId: string, mode: Mode) => places.take({ merchantId, mode });
  const fill = (mode: Mode) => {
    for (;;) take('greedy', mode);
  };
  const leave = take('greedy', 'test');
  expect(() => fill('live')).toThrow('maximum number');
  expect(() => fill('test')).toThrow('maximum number');
  expect(() => take('other', 'live')).not.toThrow();
  leave();
  leave();
  expect(() => take('greedy', 'live')).not.toThrow();
  expect(() => take('greedy', 'live')).toThrow('maximum number');
});
