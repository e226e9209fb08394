import { expect, it } from 'vitest';
import { distanceM } from '../../../kernel/places/distance.ts';
import { readStreets, wayOn } from '../streets.ts';
import {
  AFTER_MS,
  dayAt,
  dayStartMs,
  legAt,
  orderOf,
  ordersUntil,
  readTown,
  shiftOn,
} from './plan-day.ts';

const town = readTown();
const HOUR_MS = 3_600_000;
/** One o'clock in Vaduz. */
const NOON = Date.parse('2026-11-25T12:00:00Z');

/** How many orders are at each step. */
function stepsAt(madeAtMs: number, nowMs: number) {
  const ages = ordersUntil(town, madeAtMs, nowMs).map(({ atMs }) => nowMs - atMs);
  const between = (fromMs: number, toMs: number) =>
    ages.filter((age) => age >= fromMs && age < toMs).length;
  return {
    toAssign: between(0, AFTER_MS.assigned),
    underWay: between(AFTER_MS.assigned, AFTER_MS.delivered),
    done: between(AFTER_MS.delivered, Infinity),
  };
}

it.each([0, 3, 8, 12, 15, 19, 23])('has a working noon when the demo is made at %i h', (hour) => {
  const madeAtMs = Date.parse('2026-11-25T00:40:00Z') + hour * HOUR_MS;
  for (const laterMs of [0, HOUR_MS / 2, 90 * 60_000]) {
    const { toAssign, underWay, done } = stepsAt(madeAtMs, madeAtMs + laterMs);
    expect([2, 3]).toContain(toAssign);
    expect([3, 4]).toContain(underWay);
    expect(done).toBeGreaterThan(2);
  }
  const shifts = town.couriers.map((_, index) => shiftOn(town, madeAtMs, 0, index));
  const working = shifts.filter(
    (shift) => shift && shift.startsAtMs < madeAtMs && shift.endsAtMs > madeAtMs,
  );
  expect(working.length).toBeGreaterThan(2);
});

it.each([
  ['05:30', 4],
  ['09:30', 8],
  ['14:10', 8],
  ['14:20', 13],
  ['21:00', 18],
  ['00:10', 18],
])('begins the first shifts at a plausible hour when the demo is made at %s', (time, hour) => {
  const madeAtMs = Date.parse(`2026-11-25T${time}:00+01:00`);
  const startsAtMs = dayStartMs(town, madeAtMs, 0);
  expect((new Date(startsAtMs).getUTCHours() + 1) % 24).toBe(hour);
  expect(madeAtMs - startsAtMs).toBeGreaterThan(HOUR_MS);
});

it('plans shifts of a week that never overlap, from eight o’clock on other days', () => {
  for (let hour = 0; hour < 24; hour += 1) {
    const madeAtMs = Date.parse('2026-11-25T00:59:00Z') + hour * HOUR_MS;
    for (const index of town.couriers.keys()) {
      let endedMs = 0;
      for (let day = -6; day <= 6; day += 1) {
        const shift = shiftOn(town, madeAtMs, day, index);
        if (shift === null) continue;
        expect(shift.startsAtMs).toBeGreaterThanOrEqual(endedMs);
        endedMs = shift.endsAtMs;
      }
    }
  }
  expect(new Date(dayStartMs(town, NOON, 2)).toISOString()).toBe('2026-11-27T07:00:00.000Z');
});

it('ends every delivery within its courier’s shift, and after a week there are no more', () => {
  for (let day = 0; day < 7; day += 1) {
    const startsAtMs = dayStartMs(town, NOON, day);
    expect(dayAt(town, NOON, startsAtMs + 1)).toBe(day);
    const orders = ordersUntil(town, NOON, startsAtMs + 12 * HOUR_MS);
    expect(orders).toHaveLength(60);
    for (const { atMs, courier, number } of orders) {
      const shift = shiftOn(town, NOON, day, courier);
      expect(shift?.does).toBe('rides');
      expect(atMs + AFTER_MS.delivered).toBeLessThan(shift?.endsAtMs ?? 0);
      expect(orderOf(town, NOON, number).atMs).toBe(atMs);
    }
  }
  expect(ordersUntil(town, NOON, dayStartMs(town, NOON, 7) + HOUR_MS)).toEqual([]);
});

it('rides on streets at a plausible speed, and is at each door in time', () => {
  const streets = readStreets();
  const startsAtMs = dayStartMs(town, NOON, 0);
  for (const order of ordersUntil(town, NOON, startsAtMs + 4 * HOUR_MS).slice(3, 20)) {
    const thereMs = order.atMs + AFTER_MS.delivered;
    const { from, to, share, lengthMs } = legAt(town, NOON, order.courier, thereMs - 1);
    expect(distanceM(to, order.door)).toBe(0);
    expect(share).toBe(1);
    const way = wayOn(streets, from, to);
    const metres = way.reduce((sum, at, index) => sum + distanceM(way[index - 1] ?? at, at), 0);
    expect((metres / lengthMs) * 3_600).toBeLessThan(45);
  }
});
