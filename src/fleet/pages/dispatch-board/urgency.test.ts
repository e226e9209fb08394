import { expect, it } from 'vitest';
import type { BoardDelivery } from '../../deliveries/index.ts';
import { byDue, dueOf, latenessOf, minutesBetween, urgencyOf } from './urgency.ts';

const MINUTE_MS = 60_000;
const NOW = 1_000 * MINUTE_MS;
const inMinutes = (minutes: number) => NOW + minutes * MINUTE_MS;

function delivery(row: object, trouble: string | null = null) {
  const any = { shipmentId: 'a', state: 'open', readyAtMs: NOW, openedAtMs: NOW };
  const none = { pickupToMs: null, deliveryToMs: null, arrivalAtMs: null };
  return { row: { ...any, ...none, ...row }, trouble } as BoardDelivery;
}
const urgency = (row: object, atMs = inMinutes(0), trouble: string | null = null) =>
  urgencyOf(delivery(row, trouble), atMs, NOW);

it('is late when it was due, soon shortly before, and otherwise not urgent', () => {
  expect(urgency({ deliveryToMs: inMinutes(-1) })).toBe('late');
  expect(urgency({ deliveryToMs: inMinutes(29) })).toBe('soon');
  expect(urgency({ deliveryToMs: inMinutes(60) })).toBe(null);
});

it('asks for a courier when the parcel is ready, not before', () => {
  expect(urgency({ readyAtMs: inMinutes(-11), openedAtMs: inMinutes(-40) })).toBe('late');
  expect(urgency({ readyAtMs: inMinutes(0), openedAtMs: inMinutes(-40) })).toBe('soon');
  expect(urgency({ readyAtMs: inMinutes(30), openedAtMs: inMinutes(-40) })).toBe(null);
});

it('is late as soon as the courier is expected after the promise or has a problem, and soon with little to spare', () => {
  const underWay = { state: 'assigned', arrivalAtMs: inMinutes(10) };
  expect(urgency(underWay, inMinutes(20))).toBe(null);
  expect(urgency(underWay, inMinutes(25))).toBe('soon');
  expect(urgency(underWay, inMinutes(31))).toBe('late');
  expect(urgency({ ...underWay, deliveryToMs: inMinutes(20) }, inMinutes(21))).toBe('late');
  expect(urgency(underWay, inMinutes(10), 'courier_silent')).toBe('late');
});

it('is critical with less than three minutes to spare', () => {
  const dueIn = (minutes: number) => ({ state: 'assigned', deliveryToMs: inMinutes(minutes) });
  expect(urgency(dueIn(23), inMinutes(20))).toBe('soon');
  expect(urgency(dueIn(22), inMinutes(20))).toBe('critical');
  expect(urgency(dueIn(20), inMinutes(20.9))).toBe('critical');
});

it('subtracts times as clocks show them, without seconds', () => {
  expect(minutesBetween(inMinutes(23.9), inMinutes(28.1))).toBe(5 * MINUTE_MS);
  expect(minutesBetween(inMinutes(28.1), inMinutes(28.9))).toBe(0);
});

it('says by how much a delivery will be late', () => {
  const due = (minutes: number) => delivery({ deliveryToMs: inMinutes(minutes) });
  expect(latenessOf(due(17), inMinutes(25), NOW)).toBe(8 * MINUTE_MS);
  expect(latenessOf(due(-3), undefined, NOW)).toBe(3 * MINUTE_MS);
});

it('sorts by when deliveries are due, those without a time last', () => {
  const [first, second, last] = [
    delivery({ deliveryToMs: inMinutes(5) }),
    delivery({}),
    delivery({ state: 'assigned' }),
  ];
  expect([last, second, first].toSorted(byDue)).toEqual([first, second, last]);
  expect(dueOf(last)).toBe(Number.POSITIVE_INFINITY);
});
