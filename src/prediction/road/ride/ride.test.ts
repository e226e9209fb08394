import { expect, it } from 'vitest';
import { areaOf, eastOf, isWithinArea, northOf, wallDay, wallHour, wallWeekday } from './ride.ts';

it('reads a wall clock', () => {
  const wallMs = Date.UTC(2026, 10, 22, 17, 45);
  expect(wallHour(wallMs)).toBe(17.75);
  expect(wallWeekday(wallMs)).toBe(6);
  expect(wallDay(wallMs + 7 * 3_600_000) - wallDay(wallMs)).toBe(1);
  expect(wallWeekday(Date.UTC(1969, 11, 31))).toBe(2);
});

it('measures kilometres from the middle, across the date line, too', () => {
  const area = areaOf([
    { lat: -16.5, lng: 179.9 },
    { lat: -16.4, lng: 179.95 },
    { lat: -16.6, lng: 180 },
  ]);
  expect(eastOf(area, { lat: -16.5, lng: -179.95 })).toBeCloseTo(0.1 * 111.195 * 0.9588, 1);
  expect(northOf(area, { lat: -15.5, lng: 0 })).toBeCloseTo(111.195, 3);
  expect(isWithinArea(area, { lat: -16.61, lng: 179.89 })).toBe(true);
  expect(isWithinArea(area, { lat: -16.7, lng: 179.95 })).toBe(false);
  expect(isWithinArea(area, { lat: 48.2, lng: 16.4 })).toBe(false);
});
