import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { expect, it } from 'vitest';
import { EtaText, etasOf, pickupEtaOf } from './etas.tsx';

const MINUTE_MS = 60_000;
const NOWHERE = { lat: 0, lng: 0 };
const arrival = (minutes: number) => {
  const atMs = minutes * MINUTE_MS;
  return { fromMs: atMs, atMs, toMs: atMs };
};

it('arrives at no stop before the stop before it, and says nothing about unknown arrivals', () => {
  expect(etasOf([])).toEqual([]);
  const etas = etasOf([arrival(12), arrival(14), undefined, arrival(13), arrival(20)]);
  expect(etas).toEqual([12, 14, undefined, 14, 20].map((each) => each && each * MINUTE_MS));
});

it('counts a pickup back from its drop-off, but not to before the previous stop', () => {
  const [shop, near, far] = [0, 0.01, 0.05].map((lng) => ({ lat: 47.15, lng }));
  const leg = (minutes: number | undefined, destination = near) => ({
    etaMs: minutes && minutes * MINUTE_MS,
    origin: shop ?? NOWHERE,
    destination: destination ?? NOWHERE,
  });
  expect(pickupEtaOf(leg(undefined), undefined, 'bike')).toBeUndefined();
  const alone = pickupEtaOf(leg(60), undefined, 'bike') ?? 0;
  // The stop at the pickup, and the ride.
  expect(60 * MINUTE_MS - alone).toBeGreaterThan(3 * MINUTE_MS);
  expect(pickupEtaOf(leg(60), leg(undefined), 'bike')).toBe(alone);
  expect(pickupEtaOf(leg(60), leg(20, far), 'bike')).toBe(alone);
  const between = pickupEtaOf(leg(60), leg(55, far), 'bike') ?? 0;
  expect(between).toBeGreaterThan(55 * MINUTE_MS);
  expect(between).toBeLessThan(60 * MINUTE_MS);
  expect(pickupEtaOf(leg(60), leg(60, far), 'bike')).toBe(60 * MINUTE_MS);
});

it('says when a courier arrives by the clock, with the day of what is far ahead', () => {
  const text = (minutes: number) =>
    renderToString(h(EtaText, { etaMs: minutes * MINUTE_MS, nowMs: 0 }))
      .replaceAll('\u202f', ' ')
      .replaceAll(/<[^>]+>/g, '');
  expect(text(12)).toBe('ETA 12:12 AM');
  // It was to be there by now.
  expect(text(-1)).toBe('ETA 12:00 AM');
  expect(text(26 * 60)).toBe('ETA Fri, Jan 2, 2:00 AM');
});
