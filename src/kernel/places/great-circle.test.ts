import { expect, it } from 'vitest';
import { metresBetween } from './distance.ts';

it('is a degree of the equator, half the Earth at most, and the same both ways', () => {
  expect(metresBetween({ lat: 0, lng: 0 }, { lat: 0, lng: 1 })).toBeCloseTo(111_194.9, 0);
  expect(metresBetween({ lat: 90, lng: 0 }, { lat: -90, lng: 0 })).toBeCloseTo(20_015_087, 0);
  const hamburg = { lat: 53.5503, lng: 9.992 };
  const berlin = { lat: 52.5186, lng: 13.4083 };
  expect(metresBetween(hamburg, berlin) / 1_000).toBeCloseTo(255.6, 1);
  expect(metresBetween(hamburg, berlin)).toBe(metresBetween(berlin, hamburg));
  expect(metresBetween({ lat: 0, lng: 179.5 }, { lat: 0, lng: -179.5 })).toBeCloseTo(111_194.9, 0);
});
