import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { expect, it } from 'vitest';
import { type Eta, EtaText, etasOf } from './etas.tsx';

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

it('says when a courier arrives by the clock, with the day of what is far ahead', () => {
  const text = (eta: Eta) =>
    renderToString(h(EtaText, { eta, nowMs: 0 }))
      .replaceAll('\u202f', ' ')
      .replaceAll(/<[^>]+>/g, '');
  expect(text({ atMs: 12 * MINUTE_MS })).toBe('Arrives 12:12 AM');
  expect(text(window(15, 35))).toMatch(/^Arrives 12:15\s–\s12:35 AM$/);
  // It was to be there by now.
  expect(text({ atMs: -MINUTE_MS })).toBe('Arrives 12:00 AM');
  expect(text({ atMs: 26 * 60 * MINUTE_MS })).toBe('Arrives Fri, Jan 2, 2:00 AM');
});
