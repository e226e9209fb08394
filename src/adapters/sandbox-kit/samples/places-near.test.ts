import { describe, expect, it } from 'vitest';
import { type PlacesWanted, placesNear } from './places-near.ts';

const KINDS = ['shop', 'locker', 'post_office', 'facility'] as const;
const WANTED: PlacesWanted = {
  country: 'DE',
  postalCode: '10115',
  kinds: KINDS,
  radiusM: 50_000,
  limit: 50,
};

describe('made-up places', () => {
  it('are the same for the same postal code, and different elsewhere', () => {
    expect(placesNear(WANTED)).toEqual(placesNear(WANTED));
    const elsewhere = placesNear({ ...WANTED, postalCode: '10117' });
    expect(elsewhere[0]?.seed).not.toBe(placesNear(WANTED)[0]?.seed);
  });

  it.each([
    ['US', '00501'],
    ['GB', 'SW1A 1AA'],
    ['ZZ', 'X'],
  ])('of every kind are near any postal code of %s', (country, postalCode) => {
    const places = placesNear({ ...WANTED, country, postalCode, radiusM: 10_000 });
    expect(new Set(places.map(({ kind }) => kind))).toEqual(new Set(KINDS));
    const distances = places.map(({ distanceM }) => distanceM);
    expect(distances).toEqual([...distances].sort((a, b) => a - b));
  });

  it('keep to radius, limit and kind, and lie around the point that was given', () => {
    const center = { lat: 52.5, lng: 13.4 };
    const places = placesNear({ ...WANTED, center, kinds: ['shop'], radiusM: 3_000, limit: 2 });
    expect(places).toHaveLength(2);
    for (const { kind, lat, lng, distanceM } of places) {
      expect(kind).toBe('shop');
      const northM = (lat - center.lat) * 111_195;
      const eastM = (lng - center.lng) * 111_195 * Math.cos((center.lat * Math.PI) / 180);
      expect(Math.abs(Math.hypot(northM, eastM) - distanceM)).toBeLessThan(2);
    }
  });

  it('are none at a postal code of zeros', () => {
    expect(placesNear({ ...WANTED, postalCode: '00000' })).toEqual([]);
  });
});
