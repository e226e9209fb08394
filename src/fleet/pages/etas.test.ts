import { expect, it } from 'vitest';
import { etasOf } from './etas.tsx';

const MINUTE_MS = 60_000;
const arrival = (from: number, at: number, to: number) => ({
  fromMs: from * MINUTE_MS,
  atMs: at * MINUTE_MS,
  toMs: to * MINUTE_MS,
});
const window = (from: number, to: number) => ({ fromMs: from * MINUTE_MS, toMs: to * MINUTE_MS });

it('says a time for the next stop, and windows in the order of the route for later ones', () => {
  const etas = etasOf([arrival(0, 12, 25), arrival(0, 14, 35), undefined, arrival(0, 13, 30)]);
  expect(etas).toEqual([{ atMs: 12 * MINUTE_MS }, window(15, 35), undefined, window(15, 35)]);
});

it('leaves windows that fit as they are, and says nothing about unknown arrivals', () => {
  expect(etasOf([])).toEqual([]);
  expect(etasOf([undefined, arrival(10, 20, 40), arrival(45, 50, 60)])).toEqual([
    ...[undefined, { atMs: 20 * MINUTE_MS }, window(45, 60)],
  ]);
});
