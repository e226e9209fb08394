import { expect, it } from 'vitest';
import { isCountryCode } from './country-codes.ts';
import { COUNTRY_ZONES } from './country-zones.ts';

it('knows the 249 assigned codes and Kosovo’s, and nothing else of two letters', () => {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const pairs = letters.flatMap((one) => letters.map((other) => one + other));
  expect(pairs.filter(isCountryCode)).toHaveLength(250);
  for (const code of ['XX', 'ZZ', 'UK', 'EU', 'AA']) expect(isCountryCode(code)).toBe(false);
  for (const code of ['de', '', 'USA', 'constructor']) expect(isCountryCode(code)).toBe(false);
});

it('knows every country of which we know the zone', () => {
  expect(Object.keys(COUNTRY_ZONES).filter((code) => !isCountryCode(code))).toEqual([]);
});
