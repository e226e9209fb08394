import { describe, expect, it } from 'vitest';
import { answerOf, scriptedSession } from '../../session/test-carrier-session.ts';
import { bridge } from './bridge.ts';
import { track } from './track.ts';

const parcel = {
  trackingNumber: '1Z999AA10123456784',
  carrierCode: 'ups',
  reference: null,
  postalCode: null,
};
const QUERY = '?carrier_code=ups&tracking_number=1Z999AA10123456784';
const errorOf = (error_code: string) => ({ request_id: 'x', errors: [{ error_code }] });

describe('registering with ShipEngine', () => {
  it.each([
    [204, '', 'registered'],
    [409, '', 'registered'],
    [402, '', 'quota_used_up'],
    [400, errorOf('insufficient_funds'), 'quota_used_up'],
    [400, errorOf('invalid_field_value'), 'refused'],
    [404, errorOf('not_found'), 'refused'],
    [200, '{}', 'error'],
    [401, '', 'auth_error'],
    [503, '', 'error'],
  ])('a %s with %j is %s', async (status, body, outcome) => {
    const session = scriptedSession([answerOf(status, body)]);
    const [found] = await bridge.register([parcel], session);
    expect(found).toMatchObject({ trackingNumber: parcel.trackingNumber, outcome });
    expect(session.calls).toEqual([{ method: 'POST', path: `/v1/tracking/start${QUERY}` }]);
  });

  it.each([null, '', 'UPS', 'ups&x=1', '../ups'])('refuses the carrier %j', async (carrierCode) => {
    const session = scriptedSession([]);
    const [found] = await bridge.register([{ ...parcel, carrierCode }], session);
    expect(found?.outcome).toBe('refused');
    expect(session.calls).toEqual([]);
  });
});

it.each([
  [204, 'stopped'],
  [404, 'stopped'],
  [400, 'refused'],
  [500, 'error'],
])('an answer %s to stopping is %s', async (status, outcome) => {
  const session = scriptedSession([answerOf(status, '')]);
  expect(await bridge.stop?.([parcel], session)).toMatchObject([{ outcome }]);
  expect(session.calls).toEqual([{ method: 'POST', path: `/v1/tracking/stop${QUERY}` }]);
});

it('a number whose carrier is unknown is not pulled', async () => {
  const session = scriptedSession([]);
  expect(await track([parcel.trackingNumber], session)).toMatchObject([{ outcome: 'refused' }]);
  expect(session.calls).toEqual([]);
});
