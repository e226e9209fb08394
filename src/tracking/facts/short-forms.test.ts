import { expect, it } from 'vitest';
import { placeOf, ruleOf, storedPlace, storedRule } from './short-forms.ts';

const MEMPHIS = {
  facility: null,
  city: 'MEMPHIS',
  region: 'TN',
  postalCode: null,
  country: 'US',
};

it('a place is stored without the names of its members, and is read as it was', () => {
  expect(storedPlace(MEMPHIS)).toEqual([null, 'MEMPHIS', 'TN', null, 'US']);
  expect(placeOf(storedPlace(MEMPHIS))).toEqual(MEMPHIS);
  const city = { ...MEMPHIS, region: null, country: null };
  expect(storedPlace(city)).toEqual([null, 'MEMPHIS']);
  expect(placeOf(storedPlace(city))).toEqual(city);
  expect(placeOf([])).toEqual({ ...MEMPHIS, city: null, region: null, country: null });
});

it('a place of an earlier version, with or without its empty members, is read', () => {
  expect(placeOf(MEMPHIS)).toEqual(MEMPHIS);
  expect(placeOf({ city: 'MEMPHIS', region: 'TN', country: 'US' })).toEqual(MEMPHIS);
});

it('a rule is stored only if it names other codes than the fact has', () => {
  const codes = { event: 'PU', detail: 'X' };
  for (const rule of [codes, { event: 'PU' }, null])
    expect(ruleOf(storedRule(rule, codes), codes)).toEqual(rule);
  expect(storedRule({ detail: 'X', event: 'PU' }, codes)).toBe(true);
  expect(storedRule({ event: 'PU' }, codes)).toEqual({ event: 'PU' });
});
