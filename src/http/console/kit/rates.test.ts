import { expect, it } from 'vitest';
import { rateIn, rateOf, shortRateIn } from './rates.ts';

it('writes how many of how many, and a percentage only from 30 on', () => {
  expect(rateIn('en', { count: 0, of: 0 })).toBe('–');
  expect(rateIn('en', { count: 9, of: 12 })).toBe('9 of 12');
  expect(rateIn('en', { count: 29, of: 29 })).toBe('29 of 29');
  expect(rateIn('en', { count: 24, of: 30 })).toBe('24 of 30 (80.0%)');
  expect(rateIn('de', { count: 1_204, of: 1_310 })).toBe('1.204 von 1.310 (91,9\u00a0%)');
});

it('names what the rate is of', () => {
  const rate = { count: 9, of: 12 };
  expect(rateIn('en', rate, 'promised')).toBe('9 of 12 parcels with a promised date');
  expect(rateIn('de', rate, 'delivered')).toBe('9 von 12 zugestellten Paketen');
  expect(rateIn('fr', rate, 'registered')).toBe('9 sur 12 colis ajoutés');
});

it('restores the count of a share', () => {
  expect(rateOf(11 / 12, 12)).toEqual({ count: 11, of: 12 });
  expect(rateOf(null, 0)).toEqual({ count: 0, of: 0 });
});

it('leaves out the numbers where the total stands beside it, but not those of too few', () => {
  expect(shortRateIn('en', { count: 41, of: 48 })).toBe('85.4%');
  expect(shortRateIn('en', { count: 9, of: 12 })).toBe('9 of 12');
});
