import { expect, it } from 'vitest';
import { readConfig } from '../platform/settings/config.ts';
import { operatorCaps } from './hub.ts';

it('a bound on the calls of a carrier that is not installed stops the start and names those that are', () => {
  const config = readConfig({ WAYBILL_CARRIER_CALLS_ACNE: 'per_day:10' });
  expect(() => operatorCaps(config, ['other', 'acme'])).toThrow(
    /WAYBILL_CARRIER_CALLS_ACNE: expected WAYBILL_CARRIER_CALLS_ followed by one of ACME, OTHER; found "ACNE"/,
  );
});

it('bounds the carrier it names and no other', () => {
  const config = readConfig({ WAYBILL_CARRIER_CALLS_MY_CARRIER: 'per_day:10' });
  const capsOf = operatorCaps(config, ['my-carrier', 'other']);
  expect(capsOf('my-carrier')).toEqual({ perHour: null, perDay: 10 });
  expect(capsOf('other')).toBeUndefined();
});
