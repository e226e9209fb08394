import { expect, it } from 'vitest';
import { countryOfAlpha3, isCountryCode } from './country-codes.ts';
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

it('knows the three letters of each of the 249, and no others', () => {
  const given = { DEU: 'DE', USA: 'US', HKG: 'HK', MYT: 'YT', SGS: 'GS', ZWE: 'ZW', AND: 'AD' };
  for (const [three, two] of Object.entries(given)) expect(countryOfAlpha3(three)).toBe(two);
  for (const code of ['QQQ', 'usa', 'US', '']) expect(countryOfAlpha3(code)).toBeNull();
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const codes = letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => a + b + c)));
  const found = codes.flatMap((code) => countryOfAlpha3(code) ?? []);
  expect(found).toHaveLength(249);
  expect(new Set(found.filter(isCountryCode)).size).toBe(249);
});
