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

it('says in how long a courier arrives, and the exact time on hover', () => {
  const shown = (eta: Eta, isExact = false) =>
    renderToString(h(EtaText, { eta, nowMs: 0, isExact })).replaceAll('\u202f', ' ');
  const text = (eta: Eta) => shown(eta).replaceAll(/<[^>]+>/g, '');
  expect(shown({ atMs: 12 * MINUTE_MS })).toContain('title="12:12 AM"');
  expect(text({ atMs: 12 * MINUTE_MS })).toBe('Arrives in 12 min');
  expect(text(window(15, 35))).toBe('Arrives in 15–35 min');
  // It was to be there by now.
  expect(text({ atMs: -MINUTE_MS })).toBe('Arrives in 1 min');
  expect(text(window(115, 185))).toBe('Arrives in 2–3 h');
  expect(text({ atMs: 26 * 60 * MINUTE_MS })).toBe('Arrives Fri, Jan 2, 2:00 AM');
  expect(shown({ atMs: 12 * MINUTE_MS }, true)).toMatch(/^<b class="eta">.*12:12 AM/);
});
