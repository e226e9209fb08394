import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { geohashBox, geohashesOver, geohashOf, isGeohash } from './geohash.ts';

const place = fc.record({
  lat: fc.double({ min: -89, max: 89, noNaN: true }),
  lng: fc.double({ min: -179, max: 179, noNaN: true }),
});

describe('cells of the earth', () => {
  it('are named as everywhere', () => {
    expect(geohashOf({ lat: 57.64911, lng: 10.40744 }, 9)).toBe('u4pruydqq');
    expect(geohashOf({ lat: -25.382708, lng: -49.265506 }, 8)).toBe('6gkzwgjz');
    expect(isGeohash('u4pruydqq')).toBe(true);
    for (const text of ['', 'u4a', 'U4', 'u4pruydqqv']) expect(isGeohash(text)).toBe(false);
  });

  it('hold the places they are named for', () => {
    fc.assert(
      fc.property(place, fc.integer({ min: 1, max: 9 }), (at, length) => {
        const { south, west, north, east } = geohashBox(geohashOf(at, length));
        expect(at.lat >= south && at.lat < north && at.lng >= west && at.lng < east).toBe(true);
      }),
    );
  });

  it('cover a box, and are few', () => {
    const size = fc.double({ min: 0.0001, max: 1, noNaN: true });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(place, size, size, share, share, ({ lat, lng }, high, wide, up, right) => {
        const box = { south: lat, west: lng, north: lat + high, east: lng + wide };
        const cells = geohashesOver(box, 40);
        expect(cells.length).toBeLessThanOrEqual(40);
        const inside = { lat: lat + up * high * 0.999, lng: lng + right * wide * 0.999 };
        expect(cells).toContain(geohashOf(inside, cells[0]?.length ?? 0));
      }),
    );
  });
});
