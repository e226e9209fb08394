import fc from 'fast-check';
import { expect, it } from 'vitest';
import { metresBetween } from '../../../kernel/places/distance.ts';
import { oneAMinute, packTrail, STORED_ERROR_M, unpackTrail } from './compact-trail.ts';

it('a packed trail is unchanged in time, and within the stated error in space', () => {
  const point = fc.record({
    atMs: fc.integer({ min: 946_684_800_000, max: 4_102_444_800_000 }),
    lat: fc.double({ min: -90, max: 90, noNaN: true }),
    lng: fc.double({ min: -180, max: 180, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(point), (points) => {
      const sorted = [...points].sort((a, b) => a.atMs - b.atMs);
      const back = unpackTrail(packTrail(sorted));
      expect(back.map(({ atMs }) => atMs)).toEqual(sorted.map(({ atMs }) => atMs));
      for (const [index, each] of back.entries()) {
        expect(metresBetween(each, sorted[index] ?? each)).toBeLessThanOrEqual(STORED_ERROR_M);
      }
    }),
    { seed: 3 },
  );
});

it('takes about eight bytes a point', () => {
  const ride = Array.from({ length: 100 }, (_, index) => ({
    atMs: 1_773_144_000_000 + index * 37_123,
    lat: 53.5 + index * 0.0011,
    lng: 9.9 - index * 0.0013,
  }));
  expect(packTrail(ride).length).toBeLessThan(820);
});

it('of doubted points one a minute is retained, the same ones each time', () => {
  const points = Array.from({ length: 1_000 }, (_, index) => ({
    atMs: index * 1_000,
    lat: index,
    lng: 0,
  }));
  const thin = oneAMinute(points);
  expect(thin.map(({ atMs }) => atMs)).toEqual(
    Array.from({ length: 17 }, (_, index) => index * 60_000),
  );
  expect(oneAMinute(thin)).toEqual(thin);
  expect(oneAMinute([])).toEqual([]);
});
