import { expect, it } from 'vitest';
import { isCountryCode } from './country-codes.ts';
import { roughCentre } from './postal-codes.ts';

it('places a region where it is known, else its country, else nothing', () => {
  expect(roughCentre('us', 'va')).toEqual({ lat: 37.5, lng: -78.5, precision: 'region' });
  expect(roughCentre('DE', 'BY')).toEqual({ lat: 51, lng: 10.5, precision: 'country' });
  expect(roughCentre('US', null)).toMatchObject({ precision: 'country' });
  expect([roughCentre(null, 'VA'), roughCentre('ZZ', null)]).toEqual([null, null]);
});

it('has places on the earth only', () => {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const codes = letters.flatMap((first) => letters.map((second) => first + second));
  const known = codes.filter((code) => roughCentre(code, null) !== null);
  expect(known.length).toBeGreaterThan(100);
  for (const code of known) {
    const { lat, lng } = roughCentre(code, null) ?? { lat: 99, lng: 199 };
    const isFine =
      (isCountryCode(code) || code === 'XK') && Math.abs(lat) <= 72 && Math.abs(lng) <= 180;
    expect([code, isFine]).toEqual([code, true]);
  }
});
