import { describe, expect, it } from 'vitest';
import { usCities, zoneOfCity } from './postal-zone.ts';
import { STATE_ZONES } from './us-zones.ts';

const PLACE = { city: 'Memphis', region: 'TN', postalCode: null, country: 'US' };

describe('zoneOfCity', () => {
  it('names for each city a zone that its state keeps, and each city of a state once', () => {
    const keys = usCities().map(([city, state]) => `${city}, ${state}`);
    expect(new Set(keys).size).toBe(keys.length);
    for (const [city, region, zone] of usCities()) {
      expect([city, STATE_ZONES[region]?.includes(zone)]).toEqual([city, true]);
      expect(zoneOfCity({ ...PLACE, city, region })).toBe(zone);
    }
  });

  it('distinguishes the cities of one state, whatever their letters', () => {
    expect(zoneOfCity(PLACE)).toBe('America/Chicago');
    expect(zoneOfCity({ ...PLACE, city: ' KNOXVILLE ', region: 'tn' })).toBe('America/New_York');
    expect(zoneOfCity({ ...PLACE, city: 'El Paso', region: 'TX' })).toBe('America/Denver');
  });

  it('takes no country for the United States, and no other country', () => {
    expect(zoneOfCity({ ...PLACE, country: null })).toBe('America/Chicago');
    expect(zoneOfCity({ ...PLACE, country: 'IT' })).toBeNull();
  });

  it('is none for a city it does not list, a city alone, or beside a ZIP of elsewhere', () => {
    for (const more of [{ city: 'Rockwood' }, { region: null }, { city: null }, { region: 'GA' }]) {
      expect(zoneOfCity({ ...PLACE, ...more })).toBeNull();
    }
    expect(zoneOfCity({ ...PLACE, postalCode: '38118' })).toBe('America/Chicago');
    expect(zoneOfCity({ ...PLACE, postalCode: '97205' })).toBeNull();
  });
});
