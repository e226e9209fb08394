import { expect, it } from 'vitest';
import { arrivingBy } from './arriving.ts';

const NOW_MS = Date.UTC(2026, 2, 10, 12);
const TERMS = { minutes: 10, metres: 300 };
const inMin = (minutes: number, stopsBefore: number, distanceM: number | null) =>
  arrivingBy({ p50Ms: NOW_MS + minutes * 60_000, stopsBefore, distanceM }, TERMS, NOW_MS);

it('the courier is nearly there when it is expected soon, or is near its next stop', () => {
  expect(inMin(10, 3, null)).toBe('time');
  expect(inMin(10.1, 0, null)).toBeNull();
  expect(inMin(25, 0, 300)).toBe('distance');
  expect(inMin(25, 0, 301)).toBeNull();
  // The van passes this door on its way to another one.
  expect(inMin(25, 1, 10)).toBeNull();
});
