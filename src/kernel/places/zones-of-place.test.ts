import { IANAZone } from 'luxon';
import { describe, expect, it } from 'vitest';
import { isCountryCode } from './country-codes.ts';
import { COUNTRY_ZONES } from './country-zones.ts';
import { keepSameClock, zonesOfCountry, zonesOfPlace } from './zones-of-place.ts';

const SEVERAL = 'AU BR CA CD CL EC ES FM FR GL ID KI MN MX NZ PF PG PT RU US'.split(' ');

describe('the zones of a place', () => {
  it.each([
    [{ country: 'DE', region: null, postalCode: null }, ['Europe/Berlin']],
    [{ country: 'US', region: 'WA', postalCode: '98108' }, ['America/Los_Angeles']],
    [{ country: 'US', region: 'TN', postalCode: null }, ['America/New_York', 'America/Chicago']],
    [{ country: 'XX', region: null, postalCode: null }, []],
    [{ country: null, region: 'TN', postalCode: null }, []],
  ])('%o', (place, zones) => {
    expect([...zonesOfPlace(place)].sort()).toEqual([...zones].sort());
  });

  it('are known of every country that anybody lives in', () => {
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
    const codes = letters.flatMap((a) => letters.map((b) => `${a}${b}`)).filter(isCountryCode);
    expect(codes.length).toBeGreaterThan(240);
    const unknown = codes.filter((code) => zonesOfCountry(code).length === 0);
    // Stations in Antarctica use the time of the country that supplies them.
    expect(unknown).toEqual(['AQ', 'BV', 'HM', 'UM']);
  });

  it('of a country with several clocks are all of them while nothing settles it', () => {
    const us = zonesOfPlace({ country: 'us', region: null, postalCode: null });
    expect(us).toContain('America/Phoenix');
    expect(us.length).toBeGreaterThan(7);
  });
});

describe('the tables', () => {
  it('name zones that this machine knows', () => {
    const all = [...SEVERAL, ...Object.keys(COUNTRY_ZONES)].flatMap(zonesOfCountry);
    expect(all.filter((zone) => !IANAZone.isValidZone(zone))).toEqual([]);
  });

  it.each(SEVERAL)('list one zone for each clock of %s, and more than one', (country) => {
    const zones = zonesOfCountry(country);
    expect(zones.length).toBeGreaterThan(1);
    const twins = zones.flatMap((a, index) =>
      zones
        .slice(index + 1)
        .filter((b) => keepSameClock(a, b))
        .map((b) => `${a} ${b}`),
    );
    expect(twins).toEqual([]);
  });
});

describe('the same clock', () => {
  it.each([
    ['Europe/Berlin', 'Europe/Paris', true],
    ['America/Denver', 'America/Phoenix', false],
    ['Europe/London', 'UTC', false],
    ['Europe/Berlin', 'nowhere', false],
  ])('%s and %s: %s', (a, b, same) => {
    expect(keepSameClock(a, b)).toBe(same);
  });
});
