import { IANAZone } from 'luxon';
import { describe, expect, it } from 'vitest';
import { COUNTRY_ZONES } from './country-zones.ts';
import { zoneOfCountry, zoneOfPlace, zoneOfUsPlace } from './postal-zone.ts';
import { STATE_ZONES, ZIP3_ZONES, ZIP5_ZONES } from './us-zones.ts';

describe('zoneOfUsPlace', () => {
  it('says nothing for a prefix that a zone border runs through', () => {
    for (const zip of ['37310', '46534', '49801', '57601', '67735', '79830', '83530', '97914']) {
      expect(zoneOfUsPlace(zip, null), zip).toBeNull();
    }
  });

  it('says nothing for military mail, which is somewhere else', () => {
    for (const zip of ['09012', '34001', '96201']) expect(zoneOfUsPlace(zip, null)).toBeNull();
  });

  it('says nothing when ZIP and state contradict each other', () => {
    expect(zoneOfUsPlace('97205', 'NY')).toBeNull();
  });

  it('says nothing for a split state alone, for nonsense and for nothing', () => {
    for (const [zip, state] of [
      [null, 'IN'],
      [null, 'TX'],
      ['1234', 'TX'],
      ['ABCDE', null],
      [null, 'XX'],
      [null, null],
      ['', ''],
    ] as const) {
      expect(zoneOfUsPlace(zip, state)).toBeNull();
    }
  });

  it('falls back to a state of one zone when the ZIP is unreadable', () => {
    expect(zoneOfUsPlace('?', 'ny')).toBe('America/New_York');
  });

  it('distinguishes the parts of split states', () => {
    const known: readonly (readonly [string, string, string])[] = [
      ['97205', 'OR', 'America/Los_Angeles'],
      ['78701', 'TX', 'America/Chicago'],
      ['79901', 'TX', 'America/Denver'],
      ['32501', 'FL', 'America/Chicago'],
      ['33101', 'FL', 'America/New_York'],
      ['46204', 'IN', 'America/Indiana/Indianapolis'],
      ['46402', 'IN', 'America/Chicago'],
      ['85001', 'AZ', 'America/Phoenix'],
      ['83701', 'ID', 'America/Boise'],
      ['83814', 'ID', 'America/Los_Angeles'],
      ['57701', 'SD', 'America/Denver'],
      ['37402', 'TN', 'America/New_York'],
      ['37203', 'TN', 'America/Chicago'],
      ['69301', 'NE', 'America/Denver'],
      ['99501', 'AK', 'America/Anchorage'],
      ['96799', 'AS', 'Pacific/Pago_Pago'],
      ['96813', 'HI', 'Pacific/Honolulu'],
      ['00901', 'PR', 'America/Puerto_Rico'],
      ['23227-1234', 'VA', 'America/New_York'],
      ['232271234', 'VA', 'America/New_York'],
    ];
    for (const [zip, state, zone] of known) {
      expect(zoneOfUsPlace(zip, state), zip).toBe(zone);
      expect(zoneOfUsPlace(zip, null), zip).toBe(zone);
    }
  });

  it('has ranges in order, without overlap, with real zones', () => {
    for (const table of [ZIP3_ZONES, ZIP5_ZONES]) {
      let last = -1;
      for (const [from, to, zone] of table) {
        expect(from).toBeGreaterThan(last);
        expect(to).toBeGreaterThanOrEqual(from);
        expect(IANAZone.isValidZone(zone), zone).toBe(true);
        last = to;
      }
    }
    for (const zone of Object.values(STATE_ZONES).flat()) {
      expect(IANAZone.isValidZone(zone), zone).toBe(true);
    }
  });
});

describe('zoneOfCountry', () => {
  it('says nothing for a country with several clocks', () => {
    for (const country of [
      'US',
      'CA',
      'AU',
      'BR',
      'MX',
      'RU',
      'ID',
      'CL',
      '',
      'XX',
      'constructor',
    ]) {
      expect(zoneOfCountry(country), country).toBeNull();
    }
  });

  it('does not read overseas departments as metropolitan France', () => {
    expect(zoneOfCountry('FR', '97400')).toBeNull();
    expect(zoneOfCountry('FR', '75001')).toBe('Europe/Paris');
    expect(zoneOfCountry('FR')).toBe('Europe/Paris');
  });

  it('settles islands by postal code', () => {
    expect(zoneOfCountry('ES', '28013')).toBe('Europe/Madrid');
    expect(zoneOfCountry('ES', '35001')).toBe('Atlantic/Canary');
    expect(zoneOfCountry('PT', '1000-001')).toBe('Europe/Lisbon');
    expect(zoneOfCountry('PT', '9500-321')).toBe('Atlantic/Azores');
    expect(zoneOfCountry('PT', '9000-082')).toBe('Atlantic/Madeira');
    expect(zoneOfCountry('NZ', '8942')).toBe('Pacific/Chatham');
  });

  it('means the mainland when a country with islands comes without a postal code', () => {
    expect(zoneOfCountry('ES')).toBe('Europe/Madrid');
    expect(zoneOfCountry('PT')).toBe('Europe/Lisbon');
    expect(zoneOfCountry('NZ')).toBe('Pacific/Auckland');
  });

  it('knows countries of one clock, each by a real zone name', () => {
    expect(zoneOfCountry('de')).toBe('Europe/Berlin');
    expect(zoneOfCountry('PL', '00-001')).toBe('Europe/Warsaw');
    for (const zone of Object.values(COUNTRY_ZONES)) {
      expect(IANAZone.isValidZone(zone), zone).toBe(true);
    }
  });
});

describe('zoneOfPlace', () => {
  it('says nothing without a country', () => {
    expect(zoneOfPlace({ country: null, region: 'NY', postalCode: '10001' })).toBeNull();
  });

  it('goes by ZIP and state in the United States and by country elsewhere', () => {
    expect(zoneOfPlace({ country: 'US', region: 'OR', postalCode: '97205' })).toBe(
      'America/Los_Angeles',
    );
    expect(zoneOfPlace({ country: 'NL', region: null, postalCode: null })).toBe('Europe/Amsterdam');
  });
});
