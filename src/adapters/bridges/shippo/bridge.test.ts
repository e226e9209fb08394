import { expect, it } from 'vitest';
import { answerOf, scriptedSession } from '../../session/test-carrier-session.ts';
import { bridge } from './bridge.ts';
import { track } from './track.ts';

const parcel = {
  trackingNumber: '9205590164917312751089',
  carrierCode: 'usps',
  reference: null,
  postalCode: null,
};

it.each([
  [200, { tracking_number: parcel.trackingNumber, carrier: 'usps' }, 'registered'],
  [201, { tracking_number: parcel.trackingNumber, carrier: 'usps' }, 'registered'],
  [200, {}, 'error'],
  [402, {}, 'quota_used_up'],
  [400, { carrier: ['Carrier not supported.'] }, 'refused'],
  [401, {}, 'auth_error'],
  [429, {}, 'rate_limited'],
  [500, {}, 'error'],
])('registering with Shippo: a %s with %j is %s', async (status, body, outcome) => {
  const session = scriptedSession([answerOf(status, body)]);
  const [found] = await bridge.register([parcel], session);
  expect(found).toMatchObject({ trackingNumber: parcel.trackingNumber, outcome });
  const json = { carrier: 'usps', tracking_number: parcel.trackingNumber };
  expect(session.calls).toEqual([{ method: 'POST', path: '/tracks', body: { json } }]);
});

it.each([null, '', 'USPS', 'usps/x', '..'])('refuses the carrier %j', async (carrierCode) => {
  const session = { ...scriptedSession([]), parcelOf: () => ({ ...parcel, carrierCode }) };
  expect(await bridge.register([{ ...parcel, carrierCode }], session)).toMatchObject([
    { outcome: 'refused' },
  ]);
  expect(await track([parcel.trackingNumber], session)).toMatchObject([{ outcome: 'refused' }]);
  expect(session.calls).toEqual([]);
});
