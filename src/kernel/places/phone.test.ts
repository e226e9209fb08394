import { expect, it } from 'vitest';
import { internationalPhone } from './phone.ts';

it('accepts a number with its country unchanged, in any spelling', () => {
  for (const text of ['+49 151 12345678', '0049 (151) 123-456.78', '+49 (0)151/12345678']) {
    expect([text, internationalPhone(text, null)]).toEqual([text, '+4915112345678']);
    // The number's own country counts, not the parcel's.
    expect([text, internationalPhone(text, 'FR')]).toEqual([text, '+4915112345678']);
  }
});

it('completes a number as it is dialled at home by the country it is in', () => {
  expect(internationalPhone('0151 12345678', 'DE')).toBe('+4915112345678');
  expect(internationalPhone('06 12 34 56 78', 'fr')).toBe('+33612345678');
  expect(internationalPhone('(020) 7946 0123', 'GB')).toBe('+442079460123');
  expect(internationalPhone('(212) 555-0123', 'US')).toBe('+12125550123');
  expect(internationalPhone('1 416 555 0123', 'CA')).toBe('+14165550123');
});

it('guesses nothing', () => {
  for (const [text, country] of [
    ['0151 12345678', null],
    // The zero is part of it there; or there is none; or it is none at all.
    ['06 1234 5678', 'IT'],
    ['612 345 678', 'ES'],
    ['151 12345678', 'DE'],
    ['49 151 12345678', 'DE'],
    ['0151', 'DE'],
    ['112', 'DE'],
    ['555-0123', 'US'],
    ['112 555 0123', 'US'],
    ['+1', 'US'],
    ['call me', 'DE'],
    ['', 'DE'],
    ['0151 12345678', '__proto__'],
  ] as const) {
    expect([text, country, internationalPhone(text, country)]).toEqual([text, country, null]);
  }
});
