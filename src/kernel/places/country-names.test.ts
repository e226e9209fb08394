import { describe, expect, it } from 'vitest';
import { countryOfName } from './country-names.ts';

describe('countryOfName', () => {
  it('knows nothing of cities, nonsense, inherited names and nothing', () => {
    for (const name of ['', '  ', 'MADRID', 'XX', 'constructor', '__proto__', 'ZZ', '北京']) {
      expect(countryOfName(name), name).toBeNull();
    }
  });

  it('reads names however they are spelled, and codes', () => {
    expect(countryOfName('GERMANY')).toBe('DE');
    expect(countryOfName('Netherlands, The')).toBe('NL');
    expect(countryOfName('Côte d’Ivoire')).toBe('CI');
    expect(countryOfName('Trinidad & Tobago')).toBe('TT');
    expect(countryOfName('U.S.A.')).toBe('US');
    expect(countryOfName('Korea, Republic of')).toBe('KR');
    expect(countryOfName('es')).toBe('ES');
    expect(countryOfName('UK')).toBe('GB');
  });
});
